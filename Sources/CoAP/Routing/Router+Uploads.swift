// SPDX-License-Identifier: Apache-2.0

// Bodies that need not fit memory.
extension Router {
    /// What answers a request whose body it reads while it comes.
    public typealias UploadHandler<Result> = @Sendable (Request, RequestContext, RequestBody) async throws -> Result

    /// Answers a method on a path with a handler that reads the body while it comes, block by block (RFC 7959 §2.5). It runs
    /// from the first block on; the request it gets has no payload. Once it has answered, the rest of the body is refused with
    /// that answer. A body that turns out not to match its digest ends in an error and is answered 4.00: what cannot be undone,
    /// such as starting a firmware, waits for the body's end. A success before that end is answered 5.00 where the body has a
    /// digest, since nobody compared it.
    ///
    /// - Parameters:
    ///   - method: the method, such as PUT.
    ///   - path: the path; rules as in `on`.
    ///   - maximumSize: the most bytes a body may have; more answers 4.13. 1 GiB.
    ///   - attributes: what `.well-known/core` says of the resource.
    ///   - preconditions: who checks If-Match and If-None-Match (RFC 7252 §5.10.8).
    ///   - handler: answers the request; a `ResponseError` it throws becomes the response, any other error 5.00.
    public func upload<Result: ResponseConvertible>(
        _ method: Method, _ path: String, maximumSize: Int = 1 << 30, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping UploadHandler<Result>
    ) {
        add(
            method, path, attributes, preconditions,
            .reading(limit: max(0, maximumSize)) { request, context in
                let body = context.body ?? RequestBody(request.payload)
                return try await handler(request, context, body).response(to: request)
            })
    }
}
