// SPDX-License-Identifier: Apache-2.0

/// What a request says of digests, as a server that can check it understands it. No I/O. An object, so that requests without one
/// carry no room for it about.
package final class RequestDigest: Sendable {
    /// How digests are made and checked.
    let body: BodyDigest
    /// The digest that the request's body should have; nil when it only asks for one.
    let claimed: [UInt8]?
    private let format: ContentFormat?

    private init(_ body: BodyDigest, claimed: [UInt8]?, format: ContentFormat?) {
        self.body = body
        self.claimed = claimed
        self.format = format
    }

    /// What is known of a request's digest.
    enum Reading {
        /// There is none that this server can check: it is passed by.
        case none
        case digest(RequestDigest)
        /// It cannot be carried out.
        case refused(Response)
    }

    /// Reads the option. Without any keys a server passes HMACs by; with some it refuses those of a key it does not know.
    static func read(_ request: Request, _ keys: DigestKeyTable) -> Reading {
        guard let option = request.options.payloadDigest else {
            guard request.options.hasMalformedDigest else { return .none }
            return .refused(.diagnostic(.badRequest, "the digest of the body (option 65000) is malformed"))
        }
        if let body = BodyDigest(option.algorithm, of: request, keys: keys) {
            return .digest(
                RequestDigest(body, claimed: option.value, format: request.options.contentFormat))
        }
        guard !keys.isEmpty else { return .none }
        return .refused(
            .diagnostic(.unauthorized, "the digest (option 65000) is of a key that is not known here"))
    }

    /// Compares the body of a request that is whole, and notes in the context that it was.
    ///
    /// - Returns: the answer to a request that goes no further.
    package static func refusal(
        of request: Request, _ keys: DigestKeyTable, _ context: inout RequestContext
    ) -> Response? {
        switch read(request, keys) {
        case .none: return nil
        case .refused(let response): return response
        case .digest(let digest):
            if digest.claimed != nil { context.bodyDigest = digest.body.algorithm }
            return digest.refusal(of: request.payload)
        }
    }

    /// Begins to check a body that comes piece by piece; nil when there is nothing to check it against.
    func hasher() -> BodyHasher? { claimed == nil ? nil : body.hasher(format: format) }

    /// True when what a hasher saw is not the body that was sent.
    func isWrong(_ hasher: BodyHasher) -> Bool { claimed.map { !BodyDigest.matches(hasher, $0) } ?? false }

    /// The answer to a body that is not the one that was sent; nil when it is, or nothing is known of it.
    func refusal(of body: [UInt8]) -> Response? {
        guard let hasher = hasher() else { return nil }
        hasher.update(body)
        return isWrong(hasher) ? mismatch("; nothing was done").response : nil
    }

    /// Why a body is refused.
    func mismatch(_ consequence: String = "") -> ResponseError {
        let reason =
            switch body.algorithm {
            case .sha256: "it was changed on its way"
            case .hmacSHA256: "it was changed on its way or meant for another resource, or the key is another one"
            }
        return ResponseError(
            .badRequest, "the body does not match its digest, \(body.algorithm): \(reason)\(consequence)")
    }

    /// The response with the digest of its body, where it should have one and has none. A body that is read while it is sent is
    /// not known yet: its handler may have put the digest there.
    func sealed(_ response: Response) -> Response {
        guard response.code.bearsDigest, response.stream == nil, !response.options.contains(.block2),
            !response.options.contains(.payloadDigest)
        else { return response }
        var response = response
        response.options.payloadDigest = body.made(of: response)
        return response
    }
}
