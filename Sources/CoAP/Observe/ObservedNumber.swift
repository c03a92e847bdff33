// SPDX-License-Identifier: Apache-2.0

import SenML

/// Finds the number that a representation stands for.
enum ObservedNumber {
    /// The number in a response; nil when there is none.
    static func find(in response: Response) -> Double? {
        switch response.contentFormat {
        case .text?, nil:
            // The unit may stand behind: "21.4 °C".
            let word = response.payload.prefix(64).split(separator: UInt8(ascii: " "), maxSplits: 1).first ?? []
            return Double(String(decoding: word, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
        case let format?:
            guard SenMLPack.acceptedFormats.contains(format),
                let pack = try? SenMLPack(decoding: response.payload, as: format)
            else { return nil }
            for record in pack.records {
                if case .number(let number)? = record.value { return number }
            }
            return nil
        }
    }
}

/// Where a handler's number is put down while its representation is rendered.
final class ObservedNumberBox: Sendable {
    private let stored = Locked<Double?>(nil)

    var number: Double? {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}
