// SPDX-License-Identifier: Apache-2.0

public import CoAP
import SenML

/// What a sensor shows: a quantity with its unit, in text, SenML, JSON or CBOR.
public struct Reading: Hashable, Sendable {
    /// The quantity's name, `temperature`.
    public var quantity: String
    /// The value, rounded to the sensor's resolution.
    public var value: Double
    /// The unit's symbol in SenML, `Cel`.
    public var unit: String
    /// The device's name, `urn:dev:ops:32473-room-1`.
    public var device: String
    /// When it was taken, in seconds since 1970.
    public var time: Double

    /// The value with one digit behind the point.
    var digits: String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}

extension Reading: Representation {
    /// Text first, then SenML in JSON and CBOR, JSON and CBOR.
    public static var contentFormats: [ContentFormat] { Presentation.contentFormats }

    /// `21.4 °C`, a SenML pack of one record, or an object with value and unit.
    public func encoded(as format: ContentFormat) throws -> [UInt8] {
        let unit = SenMLUnit(rawValue: unit)
        let record = SenMLRecord(
            baseName: device + ":", name: quantity, unit: unit, value: .number(Double(digits) ?? value),
            time: time.rounded())
        let json = JSONValue.object([.init(quantity, .number(digits)), .init("unit", .string(unit.rawValue))])
        return try Presentation(text: "\(digits) \(unit.displayed)", senML: SenMLPack([record]), json: json)
            .encoded(as: format)
    }
}
