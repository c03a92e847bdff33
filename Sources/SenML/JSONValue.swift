// SPDX-License-Identifier: Apache-2.0

/// A JSON value (RFC 8259).
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// The number as it was written: nothing is lost by reading it.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// The members in their order; names are unique.
    case object([Member])

    /// One member of an object.
    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSONValue
        package init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// A number in its shortest form that reads back the same; null for what JSON cannot write.
    package static func number(_ value: Double) -> JSONValue {
        guard value.isFinite else { return .null }
        // By way of an integer, since rounding would need the C library's mathematics, which nothing else here links.
        if abs(value) < 1e15, Double(Int64(value)) == value { return .number(String(Int64(value))) }
        return .number("\(value)")
    }

    /// The number; nil for other values and for numbers beyond what a double holds.
    package var double: Double? {
        guard case .number(let text) = self, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// The member of this name; nil when there is none, and for other values.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text on one line.
    package var compact: String {
        var text = ""
        write(into: &text, indent: nil, depth: 0)
        return text
    }

    /// The text on several lines, two spaces deeper at each level.
    package var pretty: String {
        var text = ""
        write(into: &text, indent: "  ", depth: 0)
        return text
    }

    private func write(into text: inout String, indent: String?, depth: Int) {
        func newLine(_ depth: Int) {
            guard let indent else { return }
            text += "\n" + String(repeating: indent, count: depth)
        }
        func list<Element>(
            _ open: String, _ close: String, _ elements: [Element], _ each: (Element, inout String) -> Void
        ) {
            text += open
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                newLine(depth + 1)
                each(element, &text)
            }
            if !elements.isEmpty { newLine(depth) }
            text += close
        }
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let digits): text += digits
        case .string(let value): Self.quote(value, into: &text)
        case .array(let values):
            list("[", "]", values) { $0.write(into: &$1, indent: indent, depth: depth + 1) }
        case .object(let members):
            list("{", "}", members) { member, text in
                Self.quote(member.name, into: &text)
                text += indent == nil ? ":" : ": "
                member.value.write(into: &text, indent: indent, depth: depth + 1)
            }
        }
    }

    /// True for what a terminal acts upon or nobody sees: control characters, directions, joiners, separators of lines.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    private static func quote(_ value: String, into text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where isInvisible(scalar):
                // Beyond 16 bits JSON takes the two halves of UTF-16.
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
