// SPDX-License-Identifier: Apache-2.0

/// What a server answers (RFC 7252 §5.2).
public struct Response: Hashable, Sendable {
    /// The outcome.
    public var code: Code

    /// The options: format, freshness, entity-tag and whatever else.
    public var options: Options

    /// The body in bytes; on an error, text for a person (RFC 7252 §5.5.2).
    public var payload: [UInt8]

    /// The body when it is read while it is sent; nil when ``payload`` is all of it. A response with one needs an entity-tag
    /// that tells its contents from others', or else a client that asks again for a part after minutes may have to start anew.
    public var stream: BodyStream?

    /// A response of a code, its options and body.
    public init(_ code: Code, options: Options = Options(), payload: [UInt8] = []) {
        self.code = code
        self.options = options
        self.payload = payload
    }

    /// A response with a body in a format.
    public init(_ code: Code = .content, payload: [UInt8], contentFormat: ContentFormat) {
        self.init(code, payload: payload)
        options.contentFormat = contentFormat
    }

    /// A response with text as its body.
    public init(_ code: Code = .content, text: String) {
        self.init(code, payload: Array(text.utf8), contentFormat: .text)
    }

    /// A response whose body is read while it is sent.
    public init(_ code: Code = .content, stream: BodyStream, contentFormat: ContentFormat, eTag: [UInt8]? = nil) {
        self.init(code)
        self.stream = stream
        options.contentFormat = contentFormat
        if let eTag { options.eTags = [eTag] }
    }

    /// An error with a diagnostic for a person: no format, as RFC 7252 §5.5.2 asks.
    public static func diagnostic(_ code: Code, _ text: String) -> Response {
        Response(code, payload: Array(text.utf8))
    }

    /// The format of the body; nil when the message does not say.
    public var contentFormat: ContentFormat? { options.contentFormat }

    /// The body as text; bytes that are not UTF-8 are replaced.
    public var text: String { String(decoding: payload, as: UTF8.self) }

    /// True when options and body fit into this many bytes of a message, token not counted.
    package func fits(_ room: Int) -> Bool {
        let body = payload.isEmpty ? 0 : payload.count + 1
        // Options take at most a quarter more on the wire than in memory; only close calls are counted exactly.
        if options.storage.count * 5 / 4 + body <= room { return true }
        return options.wireSize + body <= room
    }

    /// The response with its diagnostic cut to this many bytes, between two characters (RFC 7252 §5.5.2).
    ///
    /// Only text of an error is cut: the body of a success, or one in a format a program reads, would be worth nothing in part.
    package func truncatingDiagnostic(to size: Int) -> Response {
        guard code.class == 4 || code.class == 5, contentFormat == nil || contentFormat == .text, payload.count > size
        else { return self }
        var end = max(0, size)
        // A character is at most four bytes: bytes that are no text are cut close to the limit all the same.
        for _ in 0..<3 where end > 0 && payload[end] & 0xC0 == 0x80 { end -= 1 }
        var result = self
        result.payload.removeSubrange(end...)
        return result
    }
}
