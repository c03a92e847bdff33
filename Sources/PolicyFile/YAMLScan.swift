// SPDX-License-Identifier: Apache-2.0

/// Looks through a text in YAML, before it is parsed, for what a policy has no use for: anchors and aliases, by which a small file
/// becomes a huge one, tags, and blocks of text. And for what is written by mistake most often, paths without quotes.
enum YAMLScan {
    /// Why no anchor is taken.
    static let noAnchors = "anchors and aliases of YAML ('&', '*') are not taken; write it out, or use a group"

    /// The first thing that is refused; nil for none.
    static func refusal(of text: [UInt8]) -> (line: Int, reason: String)? {
        var line = 1
        var quote: UInt8?
        var depth = 0
        // What stands before, blanks left out; a line feed at the beginning of a line.
        var previous = UInt8(ascii: "\n")
        var isBehindBlank = true
        var index = 0
        while index < text.count {
            let byte = text[index]
            defer { index += 1 }
            if byte == UInt8(ascii: "\n") { line += 1 }
            if let open = quote {
                if byte == UInt8(ascii: "\\"), open == UInt8(ascii: "\"") {
                    index += 1
                    if index < text.count, text[index] == UInt8(ascii: "\n") { line += 1 }
                } else if byte == open {
                    quote = nil
                    previous = byte
                    isBehindBlank = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                isBehindBlank = true
                continue
            case UInt8(ascii: "\n"):
                previous = byte
                isBehindBlank = true
                continue
            case UInt8(ascii: "#") where isBehindBlank:
                while index + 1 < text.count, text[index + 1] != UInt8(ascii: "\n") { index += 1 }
                continue
            default: break
            }
            if begins(behind: previous, isBehindBlank, inBrackets: depth > 0) {
                if let reason = reason(for: byte) { return (line, reason) }
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    quote = byte
                    continue
                }
                if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { depth += 1 }
            } else if depth > 0, byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                return (line, "within brackets a text with '{' or '[' stands in quotes: [\"devices/{identity}/**\"]")
            }
            if depth > 0, byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { depth -= 1 }
            if depth > 8 { return (line, "brackets stand in brackets too often; a policy needs two or three") }
            previous = byte
            isBehindBlank = false
        }
        return nil
    }

    /// True where a text or list may begin.
    private static func begins(behind byte: UInt8, _ isBehindBlank: Bool, inBrackets: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "\n"): true
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ","): inBrackets
        case UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "?"): isBehindBlank
        default: false
        }
    }

    private static func reason(for byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "*"): "a text that begins with '*' stands in quotes: \"**\" (aliases of YAML are not taken)"
        case UInt8(ascii: "&"): noAnchors
        case UInt8(ascii: "!"): "tags of YAML ('!') are not taken; put a text that begins so into quotes"
        case UInt8(ascii: "|"), UInt8(ascii: ">"):
            "blocks of text ('|', '>') are not taken; write it on one line, in quotes if it begins so"
        case UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"): "a text that begins so stands in quotes: \"%2Fa\""
        default: nil
        }
    }
}
