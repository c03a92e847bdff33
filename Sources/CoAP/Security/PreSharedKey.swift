// SPDX-License-Identifier: Apache-2.0

/// A key that both sides know, and the name it is found by (RFC 4279).
public struct PreSharedKey: Hashable, Sendable {
    /// The identity: 1–255 bytes without a zero byte, usually text.
    public let identity: [UInt8]

    /// The key: 1–256 bytes; 16 random ones or more are good.
    public let key: Secret

    /// Whom the key belongs to: the identity that handlers see as the peer's. The same as ``identity`` but for keys that took
    /// another one's place, since a server finds one key for an identity and two keys of a device need two of them.
    public let holder: [UInt8]

    /// The last second the key is good in, in seconds since 1970; nil when it has no end.
    public let notAfter: Int64?

    /// A key with its identity.
    ///
    /// - Parameters:
    ///   - identity: the name the key is found by.
    ///   - key: the key.
    ///   - holder: whom it belongs to; nil means the identity itself.
    ///   - notAfter: the last second it is good in, in seconds since 1970; nil means that it has no end.
    /// - Throws: `CoAPError` with code `invalidCredentials` when one has a length or byte that DTLS cannot carry.
    public init(
        identity: [UInt8], key: Secret, holder: [UInt8]? = nil, notAfter: Int64? = nil
    ) throws(CoAPError) {
        let holder = holder ?? identity
        for name in [identity, holder] {
            guard (1...255).contains(name.count), !name.contains(0) else {
                throw CoAPError(
                    .invalidCredentials, "a pre-shared key's identity has 1 to 255 bytes and no zero byte among them")
            }
        }
        guard (1...256).contains(key.count) else {
            throw CoAPError(.invalidCredentials, "a pre-shared key has 1 to 256 bytes, not \(key.count)")
        }
        self.identity = identity
        self.key = key
        self.holder = holder
        self.notAfter = notAfter
    }

    /// A key with an identity that is text.
    ///
    /// - Parameters:
    ///   - identity: the name the key is found by.
    ///   - key: the key.
    ///   - holder: whom it belongs to; nil means the identity itself.
    ///   - notAfter: the last second it is good in, in seconds since 1970; nil means that it has no end.
    /// - Throws: `CoAPError` with code `invalidCredentials` when one has a length or byte that DTLS cannot carry.
    public init(identity: String, key: Secret, holder: String? = nil, notAfter: Int64? = nil) throws(CoAPError) {
        try self.init(
            identity: Array(identity.utf8), key: key, holder: holder.map { Array($0.utf8) }, notAfter: notAfter)
    }

    /// True when the key is still good.
    ///
    /// - Parameter now: the moment asked about, in seconds since 1970.
    public func isGood(at now: Int64) -> Bool { notAfter.map { now <= $0 } ?? true }

    /// Equal when identity, key, holder and end are.
    public static func == (lhs: PreSharedKey, rhs: PreSharedKey) -> Bool {
        lhs.identity == rhs.identity && lhs.holder == rhs.holder && lhs.notAfter == rhs.notAfter && lhs.key == rhs.key
    }

    /// Hashes the identity; the key stays out of it.
    public func hash(into hasher: inout Hasher) { hasher.combine(identity) }
}
