// SPDX-License-Identifier: Apache-2.0

/// Compares a response's body with its digest, as it comes. No I/O.
struct ResponseDigest {
    private let body: BodyDigest
    /// True where the body is what was asked for, so that nothing vouched for it without a digest.
    private let isDemanded: Bool
    private let request: Request
    private var hasher: BodyHasher?
    private var value: [UInt8] = []

    /// Of the response to a request; nil when that asks for no digest.
    init?(to request: Request, keys: DigestKeyTable) {
        guard let option = request.options.payloadDigest,
            let body = BodyDigest(option.algorithm, of: request, keys: keys)
        else { return nil }
        self.body = body
        self.request = request
        isDemanded = request.method.isSafe
    }

    /// A response came, or the first block of one.
    ///
    /// - Throws: `CoAPError` with code `digestMissing`.
    mutating func begin(_ response: Response) throws(CoAPError) {
        hasher = nil
        guard response.code.isSuccess, !response.confirmsCopy(of: request) else { return }
        // One of another kind protects from less than was asked for: who changes the body could have put it there.
        if let option = response.options.payloadDigest, option.algorithm == body.algorithm, let value = option.value {
            self.value = value
            hasher = body.hasher(code: response.code, format: response.contentFormat)
        } else if isDemanded {
            let key =
                switch body.algorithm {
                case .sha256: ""
                case .hmacSHA256: " or the key"
                }
            throw CoAPError(
                .digestMissing,
                "the response has no digest, \(body.algorithm), which was asked for: the server does not know the option "
                    + "(65000)\(key), sends the body as it is made, or somebody took the digest away")
        }
    }

    /// Looks at a part of the body.
    func update(_ part: [UInt8]) { hasher?.update(part) }

    /// The body is whole.
    ///
    /// - Throws: `CoAPError` with code `digestMismatch`.
    mutating func end() throws(CoAPError) {
        guard let hasher else { return }
        self.hasher = nil
        guard BodyDigest.matches(hasher, value) else {
            let reason =
                switch body.algorithm {
                case .sha256: "it was changed on its way"
                case .hmacSHA256: "it was changed on its way or is another resource's, or the key is another one"
                }
            throw CoAPError(
                .digestMismatch, "the response's body does not match its digest, \(body.algorithm): \(reason)")
        }
    }

    /// Looks at a response that is whole.
    ///
    /// - Throws: `CoAPError` with code `digestMissing` or `digestMismatch`.
    static func check(_ response: Response, to request: Request, keys: DigestKeyTable) throws(CoAPError) {
        guard var digest = ResponseDigest(to: request, keys: keys) else { return }
        try digest.begin(response)
        digest.update(response.payload)
        try digest.end()
    }
}

extension Response {
    /// True for a 2.03 that says that one of the request's entity-tags is still right: it has no body, so nothing to vouch for.
    /// Any other 2.03 is a body under another name.
    package func confirmsCopy(of request: Request) -> Bool {
        code == .valid && payload.isEmpty && options.block2?.hasMore != true && request.options.contains(.eTag)
    }
}
