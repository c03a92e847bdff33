// SPDX-License-Identifier: Apache-2.0

public import CoAP
import SenML

/// What a device says about itself, in text, SenML, JSON or CBOR.
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
    /// Text first, then SenML in JSON and CBOR, JSON and CBOR.
    public static var contentFormats: [ContentFormat] { Presentation.contentFormats }

    /// Lines of `label: value`, a SenML pack of a record a field, or an object.
    public func encoded(as format: ContentFormat) throws -> [UInt8] {
        let seconds = uptime.rounded(.down)
        var records = fields.dropLast().map { SenMLRecord(name: $0.label, value: .string($0.value)) }
        records.append(SenMLRecord(name: "uptime", unit: .second, value: .number(seconds)))
        records[0].baseName = name + ":"
        let members = fields.map { JSONValue.Member($0.label, .string($0.value)) }
        let lines = fields.map { "\($0.label): \($0.value)" } + ["uptime: \(Int64(seconds)) s"]
        return try Presentation(
            text: lines.joined(separator: "\n"), senML: SenMLPack(records),
            json: .object(members + [.init("uptime", .number(seconds))])
        ).encoded(as: format)
    }
}
