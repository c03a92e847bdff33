// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML

/// What a device does with its program, in text, SenML, JSON or CBOR.
struct FirmwareStatus: Hashable, Sendable {
    let phase: FirmwareUpdate.Phase
    let version: String
    let device: String

    /// The state's name, and what there is to say of it.
    private var words: (state: String, detail: String?) {
        switch phase {
        case .idle: ("idle", nil)
        case .downloading(let received, let size?) where size > 0:
            ("downloading", "\(min(100, received * 100 / size)) %")
        case .downloading(let received, _): ("downloading", "\(received) bytes")
        case .verifying: ("verifying", nil)
        case .rebooting: ("rebooting", nil)
        case .running: ("running", version)
        case .rolledBack(let reason): ("rolled-back", "to \(version): \(reason)")
        }
    }
}

extension FirmwareStatus: Representation {
    static var contentFormats: [ContentFormat] { Presentation.contentFormats }

    func encoded(as format: ContentFormat) throws -> [UInt8] {
        let (state, detail) = words
        let text = state + (detail.map { " \($0)" } ?? "")
        var members = [JSONValue.Member("state", .string(state)), .init("version", .string(version))]
        if let detail, detail != version { members.append(.init("detail", .string(detail))) }
        let records = [
            SenMLRecord(baseName: device + ":", name: "firmware-state", value: .string(text)),
            SenMLRecord(name: "firmware", value: .string(version)),
        ]
        return try Presentation(text: text, senML: SenMLPack(records), json: .object(members)).encoded(as: format)
    }
}
