// SPDX-License-Identifier: Apache-2.0

/// A key that both sides know, and the name it is found by (RFC 4279).
public struct PreSharedKey: Hashable, Sendable {
    /// The identity: 1–255 bytes without a zero byte, usually text.
    public let identity: [UInt8]

    /// The key: 1–256 bytes; 16 random ones or more are good.
    public let key: Secret

    /// A key with its identity.
    ///
    /// - Throws: `CoAPError` with code `invalidCredentials` when one has a length or byte that DTLS cannot carry.
    public init(identity: [UInt8], key: Secret) throws(CoAPError) {
        guard (1...255).contains(identity.count), !identity.contains(0) else {
            throw CoAPError(
                .invalidCredentials, "a pre-shared key's identity has 1 to 255 bytes and no zero byte among them")
        }
        guard (1...256).contains(key.count) else {
            throw CoAPError(.invalidCredentials, "a pre-shared key has 1 to 256 bytes, not \(key.count)")
        }
        self.identity = identity
        self.key = key
    }

    /// A key with an identity that is text.
    ///
    /// - Throws: as ``init(identity:key:)-([UInt8],_)``.
    public init(identity: String, key: Secret) throws(CoAPError) {
        try self.init(identity: Array(identity.utf8), key: key)
    }

    /// Equal when identity and key are.
    public static func == (lhs: PreSharedKey, rhs: PreSharedKey) -> Bool {
        lhs.identity == rhs.identity && lhs.key == rhs.key
    }

    /// Hashes the identity; the key stays out of it.
    public func hash(into hasher: inout Hasher) { hasher.combine(identity) }
}
