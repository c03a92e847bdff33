// SPDX-License-Identifier: Apache-2.0

/// What a client asks of a server (RFC 7252 §5.1).
public struct Request: Hashable, Sendable {
    /// What is asked for.
    public var method: Method

    /// The options: path, query, formats and whatever else.
    public var options: Options

    /// The body in bytes; empty when there is none.
    public var payload: [UInt8]

    /// A request of a method, its options and body.
    public init(method: Method, options: Options = Options(), payload: [UInt8] = []) {
        self.method = method
        self.options = options
        self.payload = payload
    }

    /// A request for a path and query as written in a URI, `sensors/kitchen?unit=K`.
    ///
    /// - Throws: ``CoAPError`` with code ``CoAPError/Code/invalidURI`` when an escape in it is malformed.
    public init(
        _ method: Method, _ path: String, accept: ContentFormat? = nil, contentFormat: ContentFormat? = nil,
        payload: [UInt8] = []
    ) throws(CoAPError) {
        let reference = try CoAPURI.Reference(path)
        var options = Options()
        options.uriPath = reference.path
        options.uriQuery = reference.query
        options.contentFormat = contentFormat
        options.accept = accept
        self.init(method: method, options: options, payload: payload)
    }

    /// The path with a slash before each segment, `/sensors/kitchen`, made safe to show.
    public var pathDescription: String {
        let segments = options.all(.uriPath)
        return segments.isEmpty ? "/" : segments.map { "/" + PrintableText.escaped($0) }.joined()
    }
}
