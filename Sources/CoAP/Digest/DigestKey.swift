// SPDX-License-Identifier: Apache-2.0

/// A key that both ends of a body's way know, and the id it is found by.
public struct DigestKey: Hashable, Sendable {
    /// The id, 1–16 bytes; it stands in messages for everybody to read.
    public let id: [UInt8]

    /// The key, 16–256 bytes: who sees a body and its digest can try short ones as often as they like.
    public let key: Secret

    /// A key with its id.
    ///
    /// - Throws: `CoAPError` with code `invalidCredentials` when one has another length.
    public init(id: [UInt8], key: Secret) throws(CoAPError) {
        guard PayloadDigest.keyIDLengths.contains(id.count) else {
            throw CoAPError(.invalidCredentials, "a digest key's id has 1 to 16 bytes, not \(id.count)")
        }
        guard (16...256).contains(key.count) else {
            throw CoAPError(
                .invalidCredentials,
                "a digest key has 16 to 256 bytes, not \(key.count); take 32 random ones, as from 'openssl rand -hex 32'"
            )
        }
        self.id = id
        self.key = key
    }

    /// A key with an id that is text.
    ///
    /// - Throws: as ``init(id:key:)-([UInt8],_)``.
    public init(id: String, key: Secret) throws(CoAPError) { try self.init(id: Array(id.utf8), key: key) }

    /// Equal when id and key are.
    public static func == (lhs: DigestKey, rhs: DigestKey) -> Bool { lhs.id == rhs.id && lhs.key == rhs.key }

    /// Hashes the id; the key stays out of it.
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
