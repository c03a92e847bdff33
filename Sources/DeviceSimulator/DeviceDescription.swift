// SPDX-License-Identifier: Apache-2.0

public import CoAP
import SenML

/// What a device says about itself, in text, JSON or SenML.
public struct DeviceDescription: Hashable, Sendable {
    /// Who made it.
    public var manufacturer: String
    /// What it is.
    public var model: String
    /// Which one it is.
    public var serialNumber: String
    /// The version of its program.
    public var firmware: String
    /// Seconds since it started.
    public var uptime: Double
    /// Its name as a URN, `urn:dev:ops:32473-room-1`.
    public var name: String

    private var fields: [(label: String, value: String)] {
        [
            ("manufacturer", manufacturer), ("model", model), ("serial", serialNumber), ("firmware", firmware),
            ("name", name),
        ]
    }
}

extension DeviceDescription: Representation {
    /// Text first, then SenML and JSON.
    public static var contentFormats: [ContentFormat] { [.text, .senMLJSON, .json] }

    /// Lines of `label: value`, a SenML pack of a record a field, or an object.
    public func encoded(as format: ContentFormat) throws -> [UInt8] {
        let seconds = uptime.rounded(.down)
        switch format {
        case .senMLJSON:
            var records = fields.dropLast().map { SenMLRecord(name: $0.label, value: .string($0.value)) }
            records.append(SenMLRecord(name: "uptime", unit: .second, value: .number(seconds)))
            records[0].baseName = name + ":"
            return try SenMLPack(records).encoded(as: format)
        case .json:
            let members = fields.map { JSONValue.Member($0.label, .string($0.value)) }
            return Array(JSONValue.object(members + [.init("uptime", .number(seconds))]).compact.utf8)
        default:
            let lines = fields.map { "\($0.label): \($0.value)" } + ["uptime: \(Int64(seconds)) s"]
            return Array(lines.joined(separator: "\n").utf8)
        }
    }
}
