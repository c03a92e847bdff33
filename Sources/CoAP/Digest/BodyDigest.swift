// SPDX-License-Identifier: Apache-2.0

/// Makes and checks the digests of a request's body and of its response's. No I/O.
///
/// A bare hash is of the body alone. An HMAC is of what the body was sent for, too: its label, the request's method, the
/// response's code, the format, path and query go before the body. So nobody can have a body accepted elsewhere, or as a request
/// what a server said in a response; a server that hands out digests would else sign for everybody. A response's is of the
/// request's digest, too, as each end has it: whoever takes that away, to change the body, gets a response that is not accepted.
struct BodyDigest: Sendable {
    let algorithm: PayloadDigest.Algorithm
    private let key: DigestKey?
    private let method: Method
    private let path: [[UInt8]]
    private let query: [[UInt8]]
    /// The digest of the request's body as it stands in the request; empty when that only asks for one.
    private let claimed: [UInt8]

    private static let label = Array("coap-digest-1".utf8)

    /// The digests of a request and its response; nil when there is no such key.
    init?(_ algorithm: PayloadDigest.Algorithm, of request: Request, keys: DigestKeyTable) {
        self.algorithm = algorithm
        method = request.method
        claimed = request.options.payloadDigest?.value ?? []
        switch algorithm {
        case .sha256: (key, path, query) = (nil, [], [])
        case .hmacSHA256(let keyID):
            guard let key = keys.key(for: keyID) else { return nil }
            self.key = key
            (path, query) = Self.resource(of: request.options)
        }
    }

    /// Path and query as the server will see them, by a proxy's help perhaps (RFC 7252 §5.7.2).
    private static func resource(of options: Options) -> (path: [[UInt8]], query: [[UInt8]]) {
        if let target = options.first(.proxyURI), let uri = try? CoAPURI(String(decoding: target, as: UTF8.self)) {
            return (uri.path.map { Array($0.utf8) }, uri.query.map { Array($0.utf8) })
        }
        return (options.all(.uriPath), options.all(.uriQuery))
    }

    /// Begins a digest.
    ///
    /// - Parameters:
    ///   - code: the response's; nil for the request's body.
    ///   - format: what the message says of the body.
    func hasher(code: Code? = nil, format: ContentFormat?) -> BodyHasher {
        let hasher = BodyHasher(key: key?.key)
        if key != nil { hasher.update(head(code: code, format: format)) }
        return hasher
    }

    /// What goes before the body of an HMAC; numbers in network order. A request's digest cannot be of itself: its place is empty.
    private func head(code: Code?, format: ContentFormat?) -> [UInt8] {
        func number(_ value: Int) -> [UInt8] {
            [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
        }
        var bytes = Self.label + [method.rawValue, code?.rawValue ?? 0] + number(Int(format?.rawValue ?? 0xFFFF))
        let answered = code == nil ? [] : claimed
        bytes += number(answered.count) + answered
        for list in [path, query] {
            bytes += number(list.count)
            for element in list { bytes += number(element.count) + element }
        }
        return bytes
    }

    /// The digest of a request's whole body; nil when OpenSSL has no memory.
    func made(ofBody body: [UInt8], format: ContentFormat?) -> PayloadDigest? {
        let hasher = hasher(format: format)
        hasher.update(body)
        return made(hasher)
    }

    /// The digest of a response's whole body; nil when OpenSSL has no memory.
    func made(of response: Response) -> PayloadDigest? {
        let hasher = hasher(code: response.code, format: response.contentFormat)
        hasher.update(response.payload)
        return made(hasher)
    }

    /// The digest that a hasher comes to.
    func made(_ hasher: BodyHasher) -> PayloadDigest? {
        let value = hasher.finish()
        return value.count == PayloadDigest.size ? PayloadDigest(algorithm, value: value) : nil
    }

    /// True when a hasher comes to this digest; the time it takes does not tell where they differ.
    static func matches(_ hasher: BodyHasher, _ value: [UInt8]) -> Bool {
        let own = hasher.finish()
        guard own.count == PayloadDigest.size, value.count == own.count else { return false }
        return zip(own, value).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension Code {
    /// True for a response that a server gives a digest when one was asked for: a success whose body is all of it. 2.31 is
    /// half-way, and what stands in 2.03 would take the place of what a cache knows of the body it keeps (RFC 7252 §5.6.2).
    var bearsDigest: Bool { isSuccess && self != .continue && self != .valid }
}
