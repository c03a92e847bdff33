// SPDX-License-Identifier: Apache-2.0

import CBOR
import CoAP
import Foundation
import SenML

/// The number that a body stands for, for charts.
enum NumericReading {
    /// A number in text, perhaps with a unit behind it; a number of JSON or CBOR, or their `v` or `value`; the newest reading
    /// of what SenML names. Nil for anything else.
    static func number(in payload: [UInt8], _ format: ContentFormat?) -> Double? {
        switch format {
        case .senMLJSON?, .senMLCBOR?:
            return format.flatMap { try? SenMLPack(decoding: payload, as: $0) }.flatMap(number)
        case let format? where format.isJSON:
            guard let value = try? JSONParser.parse(payload) else { return nil }
            return number(in: value)
        case let format? where format.isCBOR:
            guard let value = try? CBORReader.parse(payload) else { return nil }
            if case .map = value {
                // Beside it there may be what JSON does not have.
                return names.lazy.compactMap { value[.text($0)].flatMap { JSONValue($0) }.flatMap(number) }.first
            }
            return JSONValue(value).flatMap(number)
        case let format? where !format.isText: return nil
        default: return number(inText: payload)
        }
    }

    /// How objects name their reading.
    private static let names = ["v", "value"]

    /// The number that a text begins with. The text may be long and no number: each byte is looked at once.
    private static func number(inText payload: [UInt8]) -> Double? {
        let text = payload.drop { $0 == 0x20 || 0x09...0x0D ~= $0 }
        var end = text.startIndex
        func skip(_ fits: (UInt8) -> Bool) -> Int {
            let start = end
            while end < text.endIndex, fits(text[end]) { end += 1 }
            return end - start
        }
        func skipOne(of bytes: StaticString) {
            let isOne = end < text.endIndex && bytes.withUTF8Buffer { $0.contains(text[end]) }
            if isOne { end += 1 }
        }
        let isDigit = { (byte: UInt8) in 0x30...0x39 ~= byte }
        skipOne(of: "+-")
        var digits = skip(isDigit)
        skipOne(of: ".")
        digits += skip(isDigit)
        guard digits > 0 else { return nil }
        let mantissa = end
        skipOne(of: "eE")
        if end > mantissa {
            skipOne(of: "+-")
            if skip(isDigit) == 0 { end = mantissa }
        }
        return Double(String(decoding: text[..<end], as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
    }

    private static func number(in value: JSONValue) -> Double? {
        switch value {
        case .number: value.double
        case .bool(let flag): flag ? 1 : 0
        case .object: names.lazy.compactMap { value[$0].flatMap(number) }.first
        case .array, .null, .string: nil
        }
    }

    /// The newest reading of the first name that has one.
    private static func number(in pack: SenMLPack) -> Double? { newest(in: pack).flatMap(number) }

    /// The record with the newest reading of the first name that has one, with what base fields say put into it.
    static func newest(in pack: SenMLPack) -> SenMLRecord? {
        guard let records = try? pack.resolved(now: Date().timeIntervalSince1970),
            let name = records.first(where: { number(in: $0) != nil })?.name
        else {
            return nil
        }
        return records.last { $0.name == name && number(in: $0) != nil }
    }

    private static func number(in record: SenMLRecord) -> Double? {
        switch record.value {
        case .number(let number): number
        case .bool(let flag): flag ? 1 : 0
        case .string, .data, nil: nil
        }
    }
}
