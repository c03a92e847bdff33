// SPDX-License-Identifier: Apache-2.0

/// What the blocks of one body have in common: the method and every option that says what is meant, Request-Tag among them
/// (RFC 7959 §2.4, §2.5; RFC 9175 §3.3). Bodies of one peer with different keys are never mixed.
struct TransferKey: Hashable {
    private let method: Method
    private let options: [UInt8]

    init(_ method: Method, _ options: Options) {
        self.method = method
        var bytes: [UInt8] = []
        bytes.reserveCapacity(options.storage.count)
        options.forEach { number, value in
            if !Self.isLeftOut(number) {
                bytes.append(UInt8(truncatingIfNeeded: number >> 8))
                bytes.append(UInt8(truncatingIfNeeded: number))
                bytes.append(UInt8(truncatingIfNeeded: value.count >> 8))
                bytes.append(UInt8(truncatingIfNeeded: value.count))
                bytes.append(contentsOf: value)
            }
            return true
        }
        self.options = bytes
    }

    /// Options that differ from block to block, or say nothing of the body.
    private static func isLeftOut(_ number: UInt16) -> Bool {
        switch OptionNumber(rawValue: number) {
        case .block1, .block2, .size1, .size2, .observe, .eTag, .ifMatch, .ifNoneMatch, .echo, .noResponse, .hopLimit:
            true
        default: OptionNumber(rawValue: number).isNoCacheKey
        }
    }

    /// How many bytes it takes.
    var size: Int { options.count }
}
