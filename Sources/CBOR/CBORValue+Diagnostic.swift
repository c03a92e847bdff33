// SPDX-License-Identifier: Apache-2.0

// The value as people read it (RFC 8949 §8).
extension CBORValue {
    /// The diagnostic notation on one line.
    package var diagnostic: String {
        var text = ""
        write(into: &text, indent: nil, depth: 0)
        return text
    }

    /// The diagnostic notation, with each member of a list or map on a line of its own.
    package var prettyDiagnostic: String {
        var text = ""
        write(into: &text, indent: "  ", depth: 0)
        return text
    }

    private func write(into text: inout String, indent: String?, depth: Int) {
        func newLine(_ depth: Int) {
            if let indent { text += "\n" + String(repeating: indent, count: depth) }
        }
        func list<Element>(
            _ open: String, _ close: String, _ elements: [Element], _ each: (Element, inout String) -> Void
        ) {
            text += open
            for (index, element) in elements.enumerated() {
                if index > 0 { text += indent == nil ? ", " : "," }
                newLine(depth + 1)
                each(element, &text)
            }
            if !elements.isEmpty { newLine(depth) }
            text += close
        }
        switch self {
        case .unsigned(let number): text += String(number)
        case .negative(let number):
            // Beyond 64 bits there is one number only.
            text += number == .max ? "-18446744073709551616" : "-\(number + 1)"
        case .bytes(let content): text += "h'" + Self.hexadecimal(content) + "'"
        case .text(let content): Self.quote(content, into: &text)
        case .array(let items):
            list("[", "]", items) { $0.write(into: &$1, indent: indent, depth: depth + 1) }
        case .map(let entries):
            list("{", "}", entries) { entry, text in
                entry.key.write(into: &text, indent: nil, depth: 0)
                text += ": "
                entry.value.write(into: &text, indent: indent, depth: depth + 1)
            }
        case .tagged(let tag, let content):
            text += "\(tag)("
            content.write(into: &text, indent: indent, depth: depth)
            text += ")"
        case .bool(let flag): text += flag ? "true" : "false"
        case .null: text += "null"
        case .undefined: text += "undefined"
        case .simple(let number): text += "simple(\(number))"
        case .double(let number): text += number.isNaN ? "NaN" : Self.decimal(number)
        }
    }

    private static func decimal(_ number: Double) -> String {
        guard number.isFinite else { return number < 0 ? "-Infinity" : "Infinity" }
        return number.description
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Text in quotes, with escapes for what a terminal acts upon or nobody sees.
    private static func quote(_ value: String, into text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default:
                if scalar == "\"" || scalar == "\\" { text += "\\" }
                text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
