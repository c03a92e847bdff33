// SPDX-License-Identifier: Apache-2.0

import CBOR

/// Numbers of CBOR as doubles: integers, big ones, floating-point numbers and decimal fractions (RFC 8949 §3.4.3, §3.4.4).
enum CBORNumber {
    /// The nearest double; nil for what is no number, not finite, or beyond what a double holds.
    static func double(_ value: CBORValue) -> Double? {
        let number: Double?
        switch value {
        case .double(let double): number = double
        case .tagged(4, .array(let parts)) where parts.count == 2: number = fraction(parts[0], parts[1])
        default: number = integer(value).flatMap { Double($0) }
        }
        return number.flatMap { $0.isFinite ? $0 : nil }
    }

    /// An integer in a notation that `Double` reads, decimal or hexadecimal.
    private static func integer(_ value: CBORValue) -> String? {
        switch value {
        case .unsigned(let number): String(number)
        case .negative: value.diagnostic
        case .tagged(2, .bytes(let bytes)): big(bytes).map { "0x" + $0 }
        // -1 - n; next to a number of more than 64 bits the one is far below what a double tells apart.
        case .tagged(3, .bytes(let bytes)): big(bytes).map { "-0x" + $0 }
        default: nil
        }
    }

    /// The digits of a big number; nil for more than any double holds.
    private static func big(_ bytes: [UInt8]) -> String? {
        let digits = bytes.drop { $0 == 0 }
        guard digits.count <= 128 else { return nil }
        return "0" + digits.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Mantissa times ten to the exponent, rounded once: by way of decimal digits.
    private static func fraction(_ exponent: CBORValue, _ mantissa: CBORValue) -> Double? {
        let power: Int64
        switch exponent {
        case .unsigned(let number) where number < 10_000: power = Int64(number)
        case .negative(let number) where number < 10_000: power = -1 - Int64(number)
        default: return nil
        }
        switch mantissa {
        case .unsigned, .negative: return Double("\(mantissa.diagnostic)e\(power)")
        default: return nil
        }
    }
}
