// SPDX-License-Identifier: Apache-2.0

import CoAPCore

/// Looks through a text in YAML, before it is parsed, for what plain files have no use for: anchors and aliases, by which a small
/// file becomes a huge one, tags, and blocks of text. And for what is written by mistake most often, patterns without quotes.
///
/// It finds where each token begins just as the parser does. A text that goes on in the next line, and what ends a line for the
/// parser but not in an editor, are refused: what looks like a comment or a text is one.
package struct YAMLScan {
    package typealias Refusal = (line: Int, reason: String)

    private let text: [UInt8]
    private let dialect: YAMLDialect
    private var index = 0
    private var line = 1
    private var lineStart = 0
    /// How many brackets are open.
    private var depth = 0
    /// The columns of the lists and mappings by indentation that are open.
    private var indents: [Int] = []
    /// The column where on this line a text began that is a key if ':' follows.
    private var key: Int?
    /// Where the outermost bracket was opened.
    private var opening = (line: 0, column: 0)

    /// The first thing that is refused; nil for none.
    ///
    /// - Parameters:
    ///   - text: the file.
    ///   - dialect: what kind of file it is.
    package static func refusal(
        of text: [UInt8], in dialect: YAMLDialect = YAMLDialect("file", code: .invalidArgument)
    ) -> Refusal? {
        if let refusal = LineEnds.refusal(of: text) { return refusal }
        var scan = YAMLScan(text: text, dialect: dialect)
        return scan.refusal()
    }

    private init(text: [UInt8], dialect: YAMLDialect) {
        self.text = text
        self.dialect = dialect
    }

    private mutating func refusal() -> Refusal? {
        while skipToToken() {
            if let reason = token() { return (line, reason) }
        }
        return nil
    }

    private var column: Int { index - lineStart }

    private func byte(_ offset: Int = 0) -> UInt8? { index + offset < text.count ? text[index + offset] : nil }

    private func isBlankOrEnd(_ offset: Int) -> Bool {
        switch byte(offset) {
        case nil, UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): true
        default: false
        }
    }

    /// Passes over blanks.
    private mutating func skipBlanks() {
        while let byte = byte(), byte != UInt8(ascii: "\n"), isBlankOrEnd(0) { index += 1 }
    }

    /// Passes over blanks, comments and ends of lines; false at the end.
    private mutating func skipToToken() -> Bool {
        while true {
            skipBlanks()
            if byte() == UInt8(ascii: "#") {
                while let byte = byte(), byte != UInt8(ascii: "\n") { index += 1 }
            }
            guard byte() == UInt8(ascii: "\n") else { return byte() != nil }
            skipLineFeed()
        }
    }

    private mutating func skipLineFeed() {
        index += 1
        line += 1
        lineStart = index
        key = nil
    }

    // MARK: Tokens

    /// Passes over a token; why it is refused, or nil.
    private mutating func token() -> String? {
        guard let byte = byte() else { return nil }
        if depth == 0 { while let last = indents.last, last > column { indents.removeLast() } }
        if isDocumentMark {
            indents = []
            index += 3
            return nil
        }
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            if depth == 0 { opening = (line, column) }
            depth += 1
            index += 1
            guard depth > dialect.maximumDepth else { return nil }
            return "brackets stand in brackets too often; a \(dialect.noun) needs \(dialect.usualDepth)"
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
            depth = max(0, depth - 1)
            if depth == 0, opening.line == line { key = opening.column }
            index += 1
        case UInt8(ascii: ","): index += 1
        case UInt8(ascii: "-") where isBlankOrEnd(1):
            if depth == 0 { indent(column) }
            index += 1
        case UInt8(ascii: "?") where depth > 0 || isBlankOrEnd(1):
            return "keys behind '?' are not taken; put a text that begins so into quotes"
        case UInt8(ascii: ":") where depth > 0 || isBlankOrEnd(1):
            if depth == 0 {
                guard let key else { return "before ':' stands no key" }
                indent(key)
            }
            key = nil
            index += 1
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return quoted(byte)
        default: return reason(for: byte) ?? plain()
        }
        return nil
    }

    /// True at `---` or `...` at the beginning of a line.
    private var isDocumentMark: Bool {
        guard column == 0, let byte = byte(), byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") else {
            return false
        }
        return self.byte(1) == byte && self.byte(2) == byte && isBlankOrEnd(3)
    }

    private mutating func indent(_ column: Int) {
        if indents.last ?? -1 < column { indents.append(column) }
    }

    private mutating func quoted(_ quote: UInt8) -> String? {
        let start = column
        index += 1
        while let byte = byte(), byte != UInt8(ascii: "\n") {
            if byte == quote {
                // Twice, an apostrophe is one of the text.
                guard quote == UInt8(ascii: "'"), self.byte(1) == quote else {
                    index += 1
                    if depth == 0 { key = start }
                    return nil
                }
                index += 1
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), self.byte(1) != UInt8(ascii: "\n") {
                index += 1
            }
            index += 1
        }
        return "a text in quotes ends on the line where it begins; its second quote is missing"
    }

    /// A text without quotes.
    private mutating func plain() -> String? {
        let start = column
        while true {
            while let byte = byte(), !isBlankOrEnd(0) {
                if depth > 0, byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                    return "within brackets a text with '{' or '[' stands in quotes: \(dialect.braceExample)"
                }
                if isEndOfPlain(byte) { break }
                index += 1
            }
            guard isBlankOrEnd(0) else { break }
            skipBlanks()
            guard let byte = byte(), byte != UInt8(ascii: "#"), !isEndOfPlain(byte) else { break }
            if byte == UInt8(ascii: "\n") { return lineBehindPlain() }
        }
        if depth == 0 { key = start }
        return nil
    }

    private func isEndOfPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ":"): isBlankOrEnd(1)
        case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"): depth > 0
        default: false
        }
    }

    /// Goes to the line behind a text without quotes, which the parser adds to the text when it is indented.
    private mutating func lineBehindPlain() -> String? {
        while byte() == UInt8(ascii: "\n") {
            skipLineFeed()
            skipBlanks()
        }
        guard let byte = byte(), byte != UInt8(ascii: "#"), !isDocumentMark else { return nil }
        let isOther = depth > 0 ? isEndOfPlain(byte) : column <= indents.last ?? -1
        return isOther ? nil : "the text of the line before goes on here; write it on one line, or put ':' behind a key"
    }

    private func reason(for byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "*"):
            "a text that begins with '*' stands in quotes: \(dialect.starExample) (aliases of YAML are not taken)"
        case UInt8(ascii: "&"): "anchors and aliases of YAML ('&', '*') are not taken; \(dialect.anchorRemedy)"
        case UInt8(ascii: "!"): "tags of YAML ('!') are not taken; put a text that begins so into quotes"
        case UInt8(ascii: "|"), UInt8(ascii: ">"):
            "blocks of text ('|', '>') are not taken; write it on one line, in quotes if it begins so"
        case UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"):
            "a text that begins so stands in quotes: \(dialect.reservedExample)"
        default: nil
        }
    }
}
