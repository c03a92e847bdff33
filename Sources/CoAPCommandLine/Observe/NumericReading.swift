// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML

/// The number that a body stands for, for charts.
enum NumericReading {
    /// A number in text, perhaps with a unit behind it; a JSON number; the first `v` of SenML. Nil for anything else.
    static func number(in payload: [UInt8], _ format: ContentFormat?) -> Double? {
        if format == .senMLJSON || format?.isJSON == true {
            guard let value = try? JSONParser.parse(payload) else { return nil }
            return number(in: value)
        }
        guard let text = String(validating: payload, as: UTF8.self) else { return nil }
        let word = text.drop { $0.isWhitespace }.prefix { !$0.isWhitespace }
        let digits = word.prefix { $0.isNumber || "+-.eE".contains($0) }
        for length in stride(from: digits.count, to: 0, by: -1) {
            if let number = Double(digits.prefix(length)), number.isFinite { return number }
        }
        return nil
    }

    private static func number(in value: JSONValue) -> Double? {
        switch value {
        case .number: return value.double
        case .bool(let flag): return flag ? 1 : 0
        case .array(let records):
            // SenML: the base value is added to the value (RFC 8428 §4.1).
            var base = 0.0
            for record in records {
                if let own = record["bv"]?.double { base = own }
                if let number = record["v"]?.double { return base + number }
                if case .bool(let flag)? = record["vb"] { return flag ? 1 : 0 }
            }
            return nil
        case .object: return value["v"]?.double ?? value["value"]?.double
        case .null, .string: return nil
        }
    }
}
