// SPDX-License-Identifier: Apache-2.0

extension ClientSession {
    /// The digest of a body that is streamed, for ``upload(_:_:contentFormat:size:options:timeout:progress:isolation:body:)``:
    /// it goes before the body, so the body is read twice.
    ///
    /// ```swift
    /// var request = try Request(.put, "firmware", contentFormat: .octetStream, options: [.digest(.sha256)])
    /// request.options.payloadDigest = try await session.digest(of: file, for: request)
    /// let response = try await session.upload(request, body: file)
    /// ```
    ///
    /// - Parameters:
    ///   - body: the parts of the body, of any length.
    ///   - request: what the body is sent with; among its options the wish for a digest, `.digest(_:)`.
    ///   - isolation: the caller's actor, on which the body is read; leave it out.
    /// - Throws: `CoAPError`: `invalidArgument` when the request asks for no digest, or for one with a key that is not among
    ///   ``ClientConfiguration/digestKeys``; and whatever the body throws.
    public func digest<Body: AsyncSequence>(
        of body: Body, for request: Request, isolation: isolated (any Actor)? = #isolation
    ) async throws -> PayloadDigest where Body.Element == [UInt8] {
        guard let digest = try bodyDigest(of: request) else {
            throw CoAPError(
                .invalidArgument, "the request asks for no digest; put '.digest(.sha256)' among its options")
        }
        let hasher = digest.hasher(format: request.options.contentFormat)
        var iterator = body.makeAsyncIterator()
        while let part = try await iterator.next(isolation: isolation) { hasher.update(part) }
        return try Self.required(digest.made(hasher))
    }

    /// The request with its body's digest where it asks for one; a GET, which has no body, goes on asking.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` for a key that is not there, and for blocks that the caller deals with.
    package func signed(_ request: Request) throws(CoAPError) -> Request {
        if request.options.contains(.payloadDigest),
            request.options.contains(.block1) || request.options.contains(.block2)
        {
            throw CoAPError(
                .invalidArgument,
                "a digest is of a whole body, and a single block cannot be checked; leave Block1 and Block2 out, or the digest"
            )
        }
        guard request.options.payloadDigest?.value == nil, let digest = try bodyDigest(of: request),
            request.method != .get
        else { return request }
        var request = request
        request.options.payloadDigest = try Self.required(
            digest.made(ofBody: request.payload, format: request.options.contentFormat))
        return request
    }

    private func bodyDigest(of request: Request) throws(CoAPError) -> BodyDigest? {
        guard let algorithm = request.options.payloadDigest?.algorithm else { return nil }
        if let digest = BodyDigest(algorithm, of: request, keys: configuration.digestKeys) { return digest }
        throw CoAPError(
            .invalidArgument, "\(algorithm) is asked for, and there is no such key; put it among digestKeys")
    }

    private static func required(_ digest: PayloadDigest?) throws(CoAPError) -> PayloadDigest {
        guard let digest else {
            throw CoAPError(.internal, "OpenSSL cannot make a digest; there may be no memory left")
        }
        return digest
    }
}
