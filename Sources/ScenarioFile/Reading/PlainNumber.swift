// SPDX-License-Identifier: Apache-2.0

/// Numbers as people write them: digits with a sign, a point and an exponent; nothing hexadecimal, infinite or otherwise odd.
enum PlainNumber {
    /// The number that a text is; nil for other texts.
    static func value(of text: String) -> Double? {
        guard let (number, rest) = prefix(of: text), rest.isEmpty else { return nil }
        return number
    }

    /// The number that a text begins with, and what stands behind it.
    static func prefix(of text: String) -> (Double, Substring)? {
        let bytes = text.utf8
        var index = bytes.startIndex
        func passDigits(from start: String.Index) -> String.Index {
            bytes[start...].firstIndex { !(0x30...0x39).contains($0) } ?? bytes.endIndex
        }
        func byte(at index: String.Index) -> UInt8? { index < bytes.endIndex ? bytes[index] : nil }
        func isSign(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") }
        if isSign(byte(at: index)) { index = bytes.index(after: index) }
        let digits = index
        index = passDigits(from: index)
        var hasDigits = index > digits
        if byte(at: index) == UInt8(ascii: ".") {
            let fraction = bytes.index(after: index)
            let end = passDigits(from: fraction)
            hasDigits = hasDigits || end > fraction
            index = end
        }
        guard hasDigits else { return nil }
        if byte(at: index) == UInt8(ascii: "e") || byte(at: index) == UInt8(ascii: "E") {
            var exponent = bytes.index(after: index)
            if isSign(byte(at: exponent)) { exponent = bytes.index(after: exponent) }
            let end = passDigits(from: exponent)
            if end > exponent { index = end }
        }
        guard let number = Double(text[..<index]), number.isFinite else { return nil }
        return (number, text[index...])
    }
}
