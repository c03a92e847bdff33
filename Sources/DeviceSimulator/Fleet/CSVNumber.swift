// SPDX-License-Identifier: Apache-2.0

/// Numbers in as few digits as read back the same.
enum CSVNumber {
    /// Appends a number: `21`, `20.7`, `1e-07`, `NaN`.
    static func append(_ value: Double, to buffer: inout [UInt8]) {
        // Most values have few decimals: up to 15 digits in all, no other number of so few digits reads back the same.
        let millionths = (value * 1e6).rounded()
        if abs(millionths) < 1e15, millionths / 1e6 == value, millionths != 0 || value.sign == .plus {
            return append(millionths: Int(millionths), to: &buffer)
        }
        guard !value.isNaN else { return buffer += "NaN".utf8 }
        let text = value.description.utf8
        buffer += text.suffix(2).elementsEqual(".0".utf8) ? text.dropLast(2) : text[...]
    }

    private static func append(millionths: Int, to buffer: inout [UInt8]) {
        if millionths < 0 { buffer.append(UInt8(ascii: "-")) }
        let magnitude = millionths.magnitude
        append(magnitude / 1_000_000, to: &buffer)
        var decimals = magnitude % 1_000_000
        guard decimals > 0 else { return }
        buffer.append(UInt8(ascii: "."))
        var place: UInt = 100_000
        while decimals > 0 {
            buffer.append(UInt8(truncatingIfNeeded: 48 + decimals / place))
            decimals %= place
            place /= 10
        }
    }

    /// Appends a number, with zeros in front up to a width.
    static func append(_ number: UInt, width: Int = 1, to buffer: inout [UInt8]) {
        var place: UInt = 1
        var digits = 1
        while digits < width || number / place >= 10 {
            place *= 10
            digits += 1
        }
        while place > 0 {
            buffer.append(UInt8(truncatingIfNeeded: 48 + number / place % 10))
            place /= 10
        }
    }
}
