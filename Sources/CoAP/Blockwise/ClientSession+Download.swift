// SPDX-License-Identifier: Apache-2.0

extension ClientSession {
    /// Reads a resource whose body need not fit the memory, part by part as it arrives (RFC 7959).
    ///
    /// ```swift
    /// try await session.download("firmware") { response, body in
    ///     try response.requireSuccess()
    ///     for try await part in body { try file.write(part) }
    /// }
    /// ```
    ///
    /// What the closure does not read is not asked for. A resource that changes meanwhile ends the body in an error, and so does a
    /// body that does not match the digest that was asked for, of which nothing is to be trusted then.
    ///
    /// - Parameters:
    ///   - path: path and query as in a URI, or the path's segments.
    ///   - accept: the one format to answer in; nil leaves it to the server.
    ///   - options: further options.
    ///   - timeout: how long to wait for each block; nil takes ``ClientConfiguration/requestTimeout``.
    ///   - progress: called on the session's own thread with each part that arrives; it must be short.
    ///   - isolation: the caller's actor, on which the closure runs; leave it out.
    ///   - body: gets the response without its body, and the body. An error of class 4 or 5 comes as a whole in the response,
    ///     diagnostic included, and its body is empty.
    /// - Returns: what the closure returns.
    /// - Throws: `CoAPError`: `invalidURI` for a malformed path, what ``request(_:confirmable:timeout:)`` throws, and whatever
    ///   the closure throws.
    public func download<Result>(
        _ path: some ResourcePath, accept: ContentFormat? = nil, options: Options = Options(), timeout: Duration? = nil,
        progress: (@Sendable (TransferProgress) -> Void)? = nil, isolation: isolated (any Actor)? = #isolation,
        _ body: (Response, ResponseBody) async throws -> Result
    ) async throws -> Result {
        try await download(
            try Request(.get, path, accept: accept, options: options), timeout: timeout, progress: progress, body)
    }

    /// Makes a request whose response is read part by part; see
    /// ``download(_:accept:options:timeout:progress:isolation:_:)``.
    public func download<Result>(
        _ request: Request, confirmable: Bool = true, timeout: Duration? = nil,
        progress: (@Sendable (TransferProgress) -> Void)? = nil, isolation: isolated (any Actor)? = #isolation,
        _ body: (Response, ResponseBody) async throws -> Result
    ) async throws -> Result {
        let loop = core.loop
        let transfer = try transfer(request, confirmable: confirmable, timeout: timeout)
        let buffer = ResponseBuffer(window: configuration.blockWindow) { loop.submit { transfer.ask() } }
        transfer.sink = buffer
        transfer.progress = progress
        // Whatever the closure leaves is not fetched.
        defer { loop.submit { transfer.cancel() } }
        let response = try await head(of: transfer, into: buffer)
        return try await body(response, ResponseBody(buffer: buffer))
    }

    /// Starts a transfer; returns its response when that is there, while the body goes on.
    private func head(of transfer: ClientTransfer, into buffer: ResponseBuffer) async throws(CoAPError) -> Response {
        let loop = core.loop
        let result: Swift.Result<Response, CoAPError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.submit {
                    transfer.head = { continuation.resume(returning: $0) }
                    transfer.start { buffer.finish($0.map { _ in }) }
                }
            }
        } onCancel: {
            loop.submit { transfer.cancel() }
        }
        return try result.get()
    }
}
