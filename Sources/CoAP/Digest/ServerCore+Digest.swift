// SPDX-License-Identifier: Apache-2.0

// Digests of bodies, from one end to the other.
extension ServerCore {
    /// Takes what a request says of digests; returns the answer to one that cannot be carried out.
    func takeDigest(
        _ request: Request, _ received: inout ReceivedRequest, _ context: inout RequestContext
    ) -> Response? {
        switch RequestDigest.read(request, configuration.digestKeys) {
        case .none: return nil
        case .refused(let response): return response
        case .digest(let digest):
            received.digest = digest
            if digest.claimed != nil { context.bodyDigest = digest.body.algorithm }
            return nil
        }
    }

    /// The response with the digest that its request asks for, made before its body is cut into blocks.
    func sealed(_ response: Response, _ received: ReceivedRequest) -> Response {
        guard let digest = received.digest else { return response }
        // The same bytes have the same digest without looking at all of them: a handler's constant is one buffer.
        if response.payload.count > preferredBlockSize, response.options.payloadDigest == nil,
            let known = received.session.transfers.peek(
                received.transfer?.key ?? TransferKey(received.key.method, received.options)),
            known.payload == response.payload, known.code == response.code,
            known.options.contentFormat == response.contentFormat, let value = known.options.payloadDigest
        {
            var response = response
            response.options.payloadDigest = value
            return response
        }
        return digest.sealed(response)
    }

    /// Looks at a piece of a body whose handler reads it while it comes.
    ///
    /// - Returns: false when it is the last one and the body is not the one that was sent: the piece is not handed on.
    func check(_ piece: [UInt8], isLast: Bool, of stream: ServerUploadStream, _ digest: RequestDigest?) -> Bool {
        guard let hasher = stream.hasher, let digest else { return true }
        hasher.update(piece)
        guard isLast else { return true }
        stream.hasher = nil
        guard digest.isWrong(hasher) else { return true }
        metrics.dropped("digest")
        let mismatch = digest.mismatch()
        stream.refusal = mismatch.response
        stream.body.fail(CoAPError(.digestMismatch, mismatch.diagnostic ?? ""))
        return false
    }

    /// The answer of a handler that reads a body while it comes. It may refuse a body before its end. A success would be one for
    /// a body that nobody compared, whatever was demanded, and with a digest of its own: the handler's mistake.
    func checked(_ response: Response, of stream: ServerUploadStream, _ context: RequestContext) -> Response {
        guard stream.hasher != nil, response.code.isSuccess else { return response }
        table.limiter.warn(
            context.logger, .bodyUnchecked, context.route, "let it read the body to its end, or refuse it with an error"
        )
        return .diagnostic(
            .internalServerError, "the request was answered before its body was compared with its digest")
    }
}
