// SPDX-License-Identifier: Apache-2.0

/// Walks a link-format document (RFC 6690 §2, the grammar).
struct LinkFormatParser {
    private let bytes: [UInt8]
    private var cursor = 0

    /// What a link has once, and any more of it is passed over (RFC 6690 §3; RFC 5988 §5.3, §5.4 for the general ones).
    private static let single: Set<String> = ["rt", "if", "sz", "rel", "media", "title", "title*", "type"]

    private static let maximumAttributes = 64

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func document() throws(ResponseError) -> [Link] {
        var links: [Link] = []
        skipSpace()
        while cursor < bytes.count {
            links.append(try link())
            guard links.count <= 10_000 else { throw failure("more than 10,000 links") }
            skipSpace()
            guard cursor < bytes.count else { break }
            try expect(",")
            skipSpace()
        }
        return links
    }

    private mutating func link() throws(ResponseError) -> Link {
        try expect("<")
        let start = cursor
        while cursor < bytes.count, bytes[cursor] != UInt8(ascii: ">") { cursor += 1 }
        let target = String(decoding: bytes[start..<cursor], as: UTF8.self)
        try expect(">")
        var link = Link(target: target)
        var seen: Set<String> = []
        skipSpace()
        while peek(";") {
            cursor += 1
            skipSpace()
            let attribute = try attribute()
            skipSpace()
            if Self.single.contains(attribute.name), !seen.insert(attribute.name).inserted { continue }
            guard link.attributes.count < Self.maximumAttributes else {
                throw failure("more than \(Self.maximumAttributes) attributes of one link")
            }
            link.attributes.append(attribute)
        }
        return link
    }

    private mutating func attribute() throws(ResponseError) -> Link.Attribute {
        let name = word(until: Set("=;,\" ".utf8))
        guard !name.isEmpty else { throw failure("an attribute's name is missing") }
        guard LinkFormatWriter.isName(name.utf8) else {
            throw failure("an attribute's name has a character it must not have")
        }
        guard peek("=") else { return Link.Attribute(name) }
        cursor += 1
        guard peek("\"") else { return Link.Attribute(name, word(until: Set(";, \"".utf8))) }
        cursor += 1
        var value: [UInt8] = []
        while cursor < bytes.count, bytes[cursor] != UInt8(ascii: "\"") {
            if bytes[cursor] == UInt8(ascii: "\\"), cursor + 1 < bytes.count { cursor += 1 }
            value.append(bytes[cursor])
            cursor += 1
        }
        try expect("\"")
        return Link.Attribute(name, String(decoding: value, as: UTF8.self))
    }

    private mutating func word(until stops: Set<UInt8>) -> String {
        let start = cursor
        while cursor < bytes.count, !stops.contains(bytes[cursor]) { cursor += 1 }
        return String(decoding: bytes[start..<cursor], as: UTF8.self)
    }

    private mutating func skipSpace() {
        while cursor < bytes.count, bytes[cursor] == 0x20 || 9...13 ~= bytes[cursor] { cursor += 1 }
    }

    private func peek(_ character: Character) -> Bool {
        cursor < bytes.count && bytes[cursor] == character.asciiValue
    }

    private mutating func expect(_ character: Character) throws(ResponseError) {
        guard peek(character) else { throw failure("'\(character)' is missing") }
        cursor += 1
    }

    private func failure(_ reason: String) -> ResponseError {
        ResponseError(.badRequest, "link-format, byte \(cursor): \(reason)")
    }
}
