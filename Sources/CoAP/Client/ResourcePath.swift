// SPDX-License-Identifier: Apache-2.0

/// Names a resource of a server: a text as in a URI, or the parts themselves.
///
/// A text is taken apart, `sensors/kitchen?unit=K`, so what is put into one must be escaped where it holds `/`, `?`, `&` or
/// `%`. The segments of an array, `["items", name]`, are taken as they are.
public protocol ResourcePath: Sendable {
    /// The path's segments and the query's arguments.
    ///
    /// - Throws: `CoAPError` with code `invalidURI` when a text is malformed.
    func reference() throws(CoAPError) -> CoAPURI.Reference
}

extension String: ResourcePath {
    /// Reads the text as the path and query of a URI (RFC 7252 §6.4).
    public func reference() throws(CoAPError) -> CoAPURI.Reference { try CoAPURI.Reference(self) }
}

extension [String]: ResourcePath {
    /// The elements as the path's segments, without a query.
    public func reference() -> CoAPURI.Reference { CoAPURI.Reference(path: self) }
}

extension CoAPURI.Reference: ResourcePath {
    /// The path and query themselves.
    public func reference() -> CoAPURI.Reference { self }
}

extension Request {
    /// A request for a resource, with further options.
    init(
        _ method: Method, _ path: some ResourcePath, accept: ContentFormat? = nil, contentFormat: ContentFormat? = nil,
        options: Options, payload: [UInt8] = []
    ) throws(CoAPError) {
        let reference = try path.reference()
        var options = options
        options.uriPath = reference.path
        options.uriQuery = reference.query
        if let accept { options.accept = accept }
        if let contentFormat { options.contentFormat = contentFormat }
        self.init(method: method, options: options, payload: payload)
    }
}
