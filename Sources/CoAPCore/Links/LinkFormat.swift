// SPDX-License-Identifier: Apache-2.0

/// A link-format document, `application/link-format` (RFC 6690).
public struct LinkFormat: Hashable, Sendable {
    /// The links in order.
    public var links: [Link]

    /// A document of these links.
    public init(_ links: [Link]) { self.links = links }

    /// Reads a document of at most 1 MiB and 10,000 links.
    ///
    /// Of an attribute that a link may have only once the first is kept (RFC 6690 §3).
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
    public var description: String { links.map(LinkFormatWriter.link).joined(separator: ",") }
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
