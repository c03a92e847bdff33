// SPDX-License-Identifier: Apache-2.0

public import CoAP
import SenML

/// What a sensor shows: a quantity with its unit, in text, SenML, JSON or CBOR.
public struct Reading: Hashable, Sendable {
    /// The quantity's name, `temperature`.
    public var quantity: String
    /// The value, rounded to the sensor's resolution; no number where a fault says so.
    public var value: Double
    /// The unit's symbol in SenML, `Cel`.
    public var unit: String
    /// How many digits stand behind the point; nil for as many as it takes.
    public var decimals: Int?
    /// The device's name, `urn:dev:ops:32473-room-1`.
    public var device: String
    /// When it was taken, in seconds since 1970.
    public var time: Double

    /// The value as it is written.
    var digits: String {
        guard value.isFinite, let decimals else { return Digits.exact(value) }
        return Digits.fixed(value, decimals: decimals)
    }
}

extension Reading: Representation, ObservableValue {
    /// Text first, then SenML in JSON and CBOR, JSON and CBOR.
    public static var contentFormats: [ContentFormat] { Presentation.contentFormats }

    /// `21.4 °C`, a SenML pack of one record, or an object with value and unit. What is no number is `NaN` in text and CBOR.
    ///
    /// - Throws: `ResponseError` with 5.03 for what is no number in formats that have none such.
    public func encoded(as format: ContentFormat) throws -> [UInt8] {
        guard value.isFinite || Self.canSayNoNumber(format) else {
            throw ResponseError(.serviceUnavailable, "the sensor shows no number; only text and CBOR can say so")
        }
        let unit = SenMLUnit(rawValue: unit)
        let record = SenMLRecord(
            baseName: device + ":", name: quantity, unit: unit.rawValue.isEmpty ? nil : unit,
            value: .number(Double(digits) ?? value), time: (time * 1_000).rounded() / 1_000)
        var members = [JSONValue.Member(quantity, .number(digits))]
        if !unit.rawValue.isEmpty { members.append(.init("unit", .string(unit.rawValue))) }
        let text = unit.rawValue.isEmpty ? digits : "\(digits) \(unit.displayed)"
        return try Presentation(text: text, senML: SenMLPack([record]), json: .object(members)).encoded(as: format)
    }

    /// True for formats that have a way of saying that a value is no number.
    static func canSayNoNumber(_ format: ContentFormat) -> Bool { format == .text || format == .cbor }

    /// The number; nil for none.
    public var observableValue: Double? { value.isFinite ? value : nil }
}
