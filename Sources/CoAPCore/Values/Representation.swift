// SPDX-License-Identifier: Apache-2.0

/// A value that can be shown in one or more content-formats; a handler returns one, Accept picks the format and the method
/// the response's code.
public protocol Representation: ResponseConvertible {
    /// The formats it can be shown in, the preferred one first; never empty.
    static var contentFormats: [ContentFormat] { get }

    /// The value in one of ``contentFormats``.
    ///
    /// - Throws: when the value cannot be shown in that format.
    func encoded(as format: ContentFormat) throws -> [UInt8]
}

/// A value that can be read from one or more content-formats.
public protocol DecodableRepresentation: Sendable {
    /// The formats it can be read from; never empty. The first one is assumed where a message names none.
    static var acceptedFormats: [ContentFormat] { get }

    /// Reads the value.
    ///
    /// - Throws: ``ResponseError`` when the bytes are not of that format or make no sense.
    init(decoding payload: [UInt8], as format: ContentFormat) throws
}

/// What a handler may return: a response, or anything that can become one for a given request.
public protocol ResponseConvertible: Sendable {
    /// The response to this request.
    ///
    /// - Throws: ``ResponseError`` when there is none, 4.06 when no format is acceptable.
    func response(to request: Request) throws -> Response
}

extension Response: ResponseConvertible {
    /// The response itself.
    public func response(to request: Request) -> Response { self }
}

extension Representation {
    /// The value in the format that Accept asks for, the preferred one without Accept, with ``Method/successCode``.
    ///
    /// A handler that created something answers 2.01 with a ``Response`` of its own.
    ///
    /// - Throws: ``ResponseError`` with 4.06 that names the formats there are.
    public func response(to request: Request) throws -> Response {
        let format = try request.negotiate(Self.contentFormats)
        return Response(request.method.successCode, payload: try encoded(as: format), contentFormat: format)
    }
}

extension Request {
    /// The first format of the list when the request accepts any, else the accepted one (RFC 7252 §5.10.4).
    ///
    /// - Throws: ``ResponseError`` with 4.06 when the accepted format is not in the list.
    public func negotiate(_ formats: [ContentFormat]) throws(ResponseError) -> ContentFormat {
        guard let accepted = options.accept else { return formats.first ?? .octetStream }
        if formats.contains(accepted) { return accepted }
        let offered = formats.map(\.description).joined(separator: ", ")
        throw ResponseError(.notAcceptable, "offered here: \(offered)")
    }

    /// The body as a value of the type asked for, by the request's Content-Format.
    ///
    /// - Throws: ``ResponseError`` with 4.15 when the type cannot be read from that format, else what reading throws.
    public func decode<Value: DecodableRepresentation>(_ type: Value.Type = Value.self) throws -> Value {
        let format = options.contentFormat ?? Value.acceptedFormats.first ?? .octetStream
        guard Value.acceptedFormats.contains(format) else {
            let taken = Value.acceptedFormats.map(\.description).joined(separator: ", ")
            throw ResponseError(.unsupportedContentFormat, "taken here: \(taken)")
        }
        return try Value(decoding: payload, as: format)
    }
}

extension String: Representation, DecodableRepresentation {
    /// `text/plain`.
    public static var contentFormats: [ContentFormat] { [.text] }

    /// `text/plain`.
    public static var acceptedFormats: [ContentFormat] { [.text] }

    /// The text in UTF-8.
    public func encoded(as format: ContentFormat) -> [UInt8] { Array(utf8) }

    /// Reads UTF-8.
    ///
    /// - Throws: ``ResponseError`` with 4.00 when the bytes are not UTF-8.
    public init(decoding payload: [UInt8], as format: ContentFormat) throws {
        guard let text = String(validating: payload, as: UTF8.self) else {
            throw ResponseError(.badRequest, "the body is not UTF-8 text")
        }
        self = text
    }
}
