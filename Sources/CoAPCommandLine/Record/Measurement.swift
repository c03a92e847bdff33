// SPDX-License-Identifier: Apache-2.0

import CBOR
import CoAP
import SenML

/// What a resource's representation says that can be recorded: a number, and what is known of it.
struct Measurement: Hashable, Sendable {
    /// The number; 1 and 0 for true and false, on and off.
    var value: Double
    /// The unit's symbol in SenML's registry; nil when none is said that is known there.
    var unit: String?
    /// What is measured; nil when that is not said.
    var quantity: String?

    /// Reads what a body says: `21.4 °C` in text, SenML, a number or an object with one in JSON and CBOR. Nil without a number.
    init?(_ payload: [UInt8], _ format: ContentFormat?) {
        let number = NumericReading.number(in: payload, format)
        switch format {
        case .senMLJSON?, .senMLCBOR?:
            guard let number, let format, let pack = try? SenMLPack(decoding: payload, as: format) else { return nil }
            let record = NumericReading.newest(in: pack)
            value = number
            unit = Self.known(record?.unit?.rawValue)
            quantity = record?.name.flatMap(Self.lastName)
        case let format? where format.isJSON || format.isCBOR:
            let object =
                format.isJSON
                ? try? JSONParser.parse(payload) : (try? CBORReader.parse(payload)).flatMap { JSONValue($0) }
            let only = object.flatMap(Self.only)
            guard let value = number ?? only?.value else { return nil }
            self.value = value
            quantity = number == nil ? only?.name : nil
            unit = Self.known(["unit", "u", "uom"].lazy.compactMap { object?[$0] }.compactMap(Self.text).first)
        default:
            guard let text = String(validating: payload, as: UTF8.self) else { return nil }
            let word = text.trimmedOfSpace.lowercased()
            guard let value = number ?? ["on": 1, "true": 1, "off": 0, "false": 0][word] else { return nil }
            self.value = value
            unit = number == nil ? nil : Self.unit(behindNumberIn: text)
        }
        convert()
    }

    /// The only number of an object, or its only flag.
    private static func only(_ object: JSONValue) -> (name: String, value: Double)? {
        guard case .object(let members) = object else { return nil }
        let numbers = members.compactMap { member -> (String, Double)? in
            switch member.value {
            case .number: member.value.double.map { (member.name, $0) }
            case .bool(let flag): (member.name, flag ? 1 : 0)
            default: nil
            }
        }
        return numbers.count == 1 ? numbers[0] : nil
    }

    private static func text(_ value: JSONValue) -> String? { if case .string(let text) = value { text } else { nil } }

    /// What stands behind the last separator: `temperature` of `urn:dev:ops:32473-room-1:temperature`.
    private static func lastName(_ name: String) -> String? {
        name.split { ":/".contains($0) }.last.map(String.init)
    }

    private static func isKnown(_ symbol: String) -> Bool {
        let unit = SenMLUnit(rawValue: symbol)
        return SenMLUnit.registered.contains(unit) || unit.conversionToPrimary != nil
    }

    /// The same in a unit of SenML's own registry: 1013 hPa are 101300 Pa (RFC 8798 §3).
    private mutating func convert() {
        guard let unit, !SenMLUnit.registered.contains(SenMLUnit(rawValue: unit)),
            let conversion = SenMLUnit(rawValue: unit).conversionToPrimary
        else { return }
        value = conversion.convert(value)
        self.unit = conversion.unit.rawValue
    }

    private static func unit(behindNumberIn text: String) -> String? {
        let rest = text.trimmedOfSpace.drop { "+-.0123456789eE".contains($0) }
        return known(rest.trimmedOfSpace)
    }

    /// A unit's symbol in the registry; people write some another way.
    private static func known(_ symbol: String?) -> String? {
        guard let symbol, !symbol.isEmpty, symbol.utf8.count <= 16 else { return nil }
        switch symbol {
        case "°C", "℃", "degC", "C": return "Cel"
        case "Ω", "ohm": return "Ohm"
        case "µg/m³", "µg/m3": return "ug/m3"
        case "m²": return "m2"
        case "m³": return "m3"
        case "°": return "deg"
        default: return isKnown(symbol) ? symbol : nil
        }
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    fileprivate var trimmedOfSpace: String {
        let tail = drop(while: \.isWhitespace)
        return String(tail.prefix(tail.count - tail.reversed().prefix(while: \.isWhitespace).count))
    }
}
