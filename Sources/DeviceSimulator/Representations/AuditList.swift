// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML

/// Audit records as a resource shows them, in text, JSON or CBOR.
struct AuditList: Representation {
    let records: [ActuatorAudit]

    static let contentFormats: [ContentFormat] = [.text, .json, .cbor]

    func encoded(as format: ContentFormat) throws -> [UInt8] {
        let text = format == .text ? records.map(Self.line).joined(separator: "\n") : ""
        let json = format == .text ? .null : JSONValue.array(records.map(Self.object))
        return try Presentation(text: text, senML: SenMLPack([]), json: json).encoded(as: format)
    }

    /// `2026-01-15T06:00:03Z room-1/actuators/heater 0 -> 1 psk:device-1 accepted`.
    private static func line(_ record: ActuatorAudit) -> String {
        let number = { (value: Double?) in value.map(Digits.text) ?? "-" }
        let who = record.identity.map { "\($0)" } ?? "itself"
        return "\(UniversalTime.text(record.time)) \(record.device)/\(record.resource) \(number(record.before)) -> "
            + "\(number(record.after)) \(who) \(record.outcome)"
    }

    private static func object(_ record: ActuatorAudit) -> JSONValue {
        let number = { (value: Double?) in value.map(JSONValue.number) ?? .null }
        return .object([
            .init("time", .string(UniversalTime.text(record.time))), .init("device", .string(record.device)),
            .init("resource", .string(record.resource)), .init("before", number(record.before)),
            .init("after", number(record.after)),
            .init("identity", record.identity.map { .string("\($0)") } ?? .null),
            .init("verdict", .string(record.outcome)),
        ])
    }
}
