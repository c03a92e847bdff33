// SPDX-License-Identifier: Apache-2.0

/// A link-format document, `application/link-format` (RFC 6690).
public struct LinkFormat: Hashable, Sendable {
    /// The links in order.
    public var links: [Link]

    /// A document of these links.
    public init(_ links: [Link]) { self.links = links }

    /// Reads a document of at most 1 MiB and 10,000 links.
    ///
    /// - Throws: ``ResponseError`` with 4.00 that says at which byte it goes wrong.
    public init(parsing bytes: some Collection<UInt8>) throws(ResponseError) {
        guard bytes.count <= 1 << 20, let text = String(validating: bytes, as: UTF8.self) else {
            throw ResponseError(.badRequest, "link-format: not UTF-8, or over 1 MiB")
        }
        var parser = LinkFormatParser(text)
        links = try parser.document()
    }

    /// The links that pass every filter (RFC 6690 §4.1).
    public func filtered(by filters: [LinkFilter]) -> LinkFormat {
        LinkFormat(links.filter { link in filters.allSatisfy(link.matches) })
    }
}

extension LinkFormat: CustomStringConvertible {
    /// The document as text: `</a>;rt="t";obs,</b>`.
    public var description: String {
        links.map { link in
            "<\(link.target)>" + link.attributes.map { Self.written($0) }.joined()
        }.joined(separator: ",")
    }

    private static func written(_ attribute: Link.Attribute) -> String {
        guard let value = attribute.value else { return ";\(attribute.name)" }
        // ct and sz are numbers and stand bare (RFC 7252 §7.2.1, RFC 6690 §3.3); everything else is quoted.
        let isNumber = !value.isEmpty && value.utf8.allSatisfy { 48...57 ~= $0 }
        if isNumber && (attribute.name == "ct" || attribute.name == "sz") { return ";\(attribute.name)=\(value)" }
        var quoted = ""
        for character in value {
            if character == "\"" || character == "\\" { quoted.append("\\") }
            quoted.append(character)
        }
        return ";\(attribute.name)=\"\(quoted)\""
    }
}

extension LinkFormat: Representation, DecodableRepresentation {
    /// `application/link-format`.
    public static var contentFormats: [ContentFormat] { [.linkFormat] }

    /// `application/link-format`.
    public static var acceptedFormats: [ContentFormat] { [.linkFormat] }

    /// The document in UTF-8.
    public func encoded(as format: ContentFormat) -> [UInt8] { Array(description.utf8) }

    /// Reads a document.
    ///
    /// - Throws: ``ResponseError`` with 4.00 that says where it goes wrong.
    public init(decoding payload: [UInt8], as format: ContentFormat) throws { try self.init(parsing: payload) }
}

/// Walks a link-format document (RFC 6690 §2, the grammar).
private struct LinkFormatParser {
    private let bytes: [UInt8]
    private var cursor = 0

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
        skipSpace()
        while peek(";") {
            cursor += 1
            skipSpace()
            link.attributes.append(try attribute())
            skipSpace()
        }
        return link
    }

    private mutating func attribute() throws(ResponseError) -> Link.Attribute {
        let name = word(until: Set("=;,\" ".utf8))
        guard !name.isEmpty else { throw failure("an attribute's name is missing") }
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
