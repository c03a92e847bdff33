// SPDX-License-Identifier: Apache-2.0

/// Pieces of YAML that are read back as they were.
enum YAMLText {
    /// A text, in quotes where it would be taken for something else.
    static func text(_ text: String) -> String {
        let isPlain =
            !text.isEmpty && text.utf8.count <= 64 && text.utf8.first.map(GroupReader.isLetterOrDigit) == true
            && text.utf8.allSatisfy { GroupReader.isLetterOrDigit($0) || [0x2D, 0x2E, 0x5F, 0x2F].contains($0) }
            && PlainNumber.prefix(of: text) == nil && !reserved.contains(text.lowercased())
        guard !isPlain else { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || (0x7F...0xA0).contains(scalar.value) || isOdd(scalar):
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// What ends a line for YAML, or is not printed.
    private static func isOdd(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .lineSeparator, .paragraphSeparator, .format, .privateUse, .unassigned, .surrogate: true
        default: scalar.value > 0xFFFF
        }
    }

    private static let reserved: Set<String> = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]

    /// A number, without the point of a whole one.
    static func number(_ value: Double) -> String { value.shown }

    /// A time in the largest unit in which it is a number without an exponent and, if possible, a point.
    static func duration(_ seconds: Double) -> String {
        for (symbol, factor) in [("d", 86_400.0), ("h", 3600), ("min", 60)] {
            let count = seconds / factor
            if count.magnitude >= 1, count == count.rounded(), count * factor == seconds {
                return "\(count.shown) \(symbol)"
            }
        }
        let milliseconds = (seconds * 1000).rounded()
        if seconds.magnitude < 1, milliseconds != 0, milliseconds / 1000 == seconds {
            return "\(milliseconds.shown) ms"
        }
        return seconds == 0 ? "0" : "\(seconds.shown) s"
    }

    /// `{a: 1, b: 2}`.
    static func mapping(_ members: [(key: String, value: String?)]) -> String {
        let parts = members.compactMap { member in member.value.map { "\(member.key): \($0)" } }
        return "{\(parts.joined(separator: ", "))}"
    }

    /// `[1, 2]`.
    static func list(_ members: [String]) -> String { "[\(members.joined(separator: ", "))]" }

    static func range(_ range: ClosedRange<Double>) -> String {
        list([number(range.lowerBound), number(range.upperBound)])
    }
}
