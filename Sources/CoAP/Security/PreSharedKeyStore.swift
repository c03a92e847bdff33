// SPDX-License-Identifier: Apache-2.0

/// Where a server finds the key of an identity.
///
/// It is asked on the event loop in the middle of a handshake, so it must answer from memory.
public protocol PreSharedKeyStore: Sendable {
    /// The key of this identity; nil refuses the peer.
    func key(for identity: [UInt8]) -> Secret?
}

/// A fixed set of keys.
public struct PreSharedKeyTable: PreSharedKeyStore {
    private let keys: [[UInt8]: Secret]

    /// A table of these keys.
    ///
    /// - Throws: `CoAPError` with code `invalidCredentials` when an identity stands in it twice.
    public init(_ keys: some Sequence<PreSharedKey>) throws(CoAPError) {
        var table: [[UInt8]: Secret] = [:]
        for entry in keys {
            guard table.updateValue(entry.key, forKey: entry.identity) == nil else {
                throw CoAPError(
                    .invalidCredentials,
                    "the identity '\(PrintableText.escaped(entry.identity))' has two keys; keep one of them")
            }
        }
        self.keys = table
    }

    /// The identities there are keys for.
    public var identities: [[UInt8]] { Array(keys.keys) }

    /// The key of this identity; nil when there is none.
    public func key(for identity: [UInt8]) -> Secret? { keys[identity] }
}
