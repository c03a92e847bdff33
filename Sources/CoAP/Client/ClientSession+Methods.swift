// SPDX-License-Identifier: Apache-2.0

extension ClientSession {
    /// Reads a resource.
    ///
    /// - Parameters:
    ///   - path: path and query as in a URI, `"sensors/kitchen?unit=K"`, or the path's segments, `["items", name]`.
    ///   - accept: the one format to answer in; nil leaves it to the server.
    ///   - options: further options, such as an entity-tag the client holds.
    ///   - confirmable: false sends the request once; see ``request(_:confirmable:timeout:)``.
    ///   - timeout: how long to wait for the response; nil takes ``ClientConfiguration/requestTimeout``.
    /// - Throws: `CoAPError`: `invalidURI` for a malformed path, and what ``request(_:confirmable:timeout:)`` throws.
    public func get(
        _ path: some ResourcePath, accept: ContentFormat? = nil, options: Options = Options(), confirmable: Bool = true,
        timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await request(
            try Request(.get, path, accept: accept, options: options), confirmable: confirmable, timeout: timeout)
    }

    /// Replaces a resource; parameters and errors as in ``get(_:accept:options:confirmable:timeout:)``.
    public func put(
        _ path: some ResourcePath, _ payload: [UInt8], contentFormat: ContentFormat? = nil,
        options: Options = Options(),
        confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await request(
            try Request(.put, path, contentFormat: contentFormat, options: options, payload: payload),
            confirmable: confirmable, timeout: timeout)
    }

    /// Replaces a resource by text; parameters and errors as in ``get(_:accept:options:confirmable:timeout:)``.
    public func put(
        _ path: some ResourcePath, text: String, options: Options = Options(), confirmable: Bool = true,
        timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await put(
            path, Array(text.utf8), contentFormat: .text, options: options, confirmable: confirmable, timeout: timeout)
    }

    /// Has a resource process a body; parameters and errors as in ``get(_:accept:options:confirmable:timeout:)``.
    public func post(
        _ path: some ResourcePath, _ payload: [UInt8] = [], contentFormat: ContentFormat? = nil,
        accept: ContentFormat? = nil, options: Options = Options(), confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await request(
            try Request(
                .post, path, accept: accept, contentFormat: contentFormat, options: options, payload: payload),
            confirmable: confirmable, timeout: timeout)
    }

    /// Has a resource process a text; parameters and errors as in ``get(_:accept:options:confirmable:timeout:)``.
    public func post(
        _ path: some ResourcePath, text: String, accept: ContentFormat? = nil, options: Options = Options(),
        confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await post(
            path, Array(text.utf8), contentFormat: .text, accept: accept, options: options, confirmable: confirmable,
            timeout: timeout)
    }

    /// Removes a resource; parameters and errors as in ``get(_:accept:options:confirmable:timeout:)``.
    public func delete(
        _ path: some ResourcePath, options: Options = Options(), confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await request(try Request(.delete, path, options: options), confirmable: confirmable, timeout: timeout)
    }

    /// Reads the part of a resource that the body describes (RFC 8132); parameters and errors as in
    /// ``get(_:accept:options:confirmable:timeout:)``.
    public func fetch(
        _ path: some ResourcePath, _ payload: [UInt8], contentFormat: ContentFormat, accept: ContentFormat? = nil,
        options: Options = Options(), confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await request(
            try Request(
                .fetch, path, accept: accept, contentFormat: contentFormat, options: options, payload: payload),
            confirmable: confirmable, timeout: timeout)
    }

    /// Changes a part of a resource (RFC 8132); parameters and errors as in
    /// ``get(_:accept:options:confirmable:timeout:)``.
    public func patch(
        _ path: some ResourcePath, _ payload: [UInt8], contentFormat: ContentFormat, options: Options = Options(),
        confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await request(
            try Request(.patch, path, contentFormat: contentFormat, options: options, payload: payload),
            confirmable: confirmable, timeout: timeout)
    }

    /// Changes a part of a resource, idempotently (RFC 8132); parameters and errors as in
    /// ``get(_:accept:options:confirmable:timeout:)``.
    public func iPatch(
        _ path: some ResourcePath, _ payload: [UInt8], contentFormat: ContentFormat, options: Options = Options(),
        confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await request(
            try Request(.iPatch, path, contentFormat: contentFormat, options: options, payload: payload),
            confirmable: confirmable, timeout: timeout)
    }
}
