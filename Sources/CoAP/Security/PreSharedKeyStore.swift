// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Where a server finds the key of an identity.
///
/// It is asked on the event loop in the middle of a handshake, so it must answer from memory.
public protocol PreSharedKeyStore: Sendable {
    /// The key of this identity; nil refuses the peer.
    func key(for identity: [UInt8]) -> Secret?

    /// The key of this identity with its holder and its end; nil where ``key(for:)`` is nil.
    ///
    /// Asked again while a session lives. A store that does not say has keys whose holder is the identity and that have no end.
    func entry(for identity: [UInt8]) -> PreSharedKey?
}

extension PreSharedKeyStore {
    /// The key of this identity, held by the identity itself and without an end.
    public func entry(for identity: [UInt8]) -> PreSharedKey? {
        key(for: identity).flatMap { try? PreSharedKey(identity: identity, key: $0) }
    }
}

/// A fixed set of keys. One that has run out is not found any more.
public struct PreSharedKeyTable: PreSharedKeyStore {
    private let entries: [[UInt8]: PreSharedKey]
    private let now: @Sendable () -> Int64

    /// A table of these keys.
    ///
    /// - Throws: `CoAPError` with code `invalidCredentials` when an identity stands in it twice.
    public init(_ keys: some Sequence<PreSharedKey>) throws(CoAPError) {
        try self.init(keys) { Int64(time(nil)) }
    }

    /// As above, with another clock: it says the moment in seconds since 1970.
    package init(_ keys: some Sequence<PreSharedKey>, now: @escaping @Sendable () -> Int64) throws(CoAPError) {
        var table: [[UInt8]: PreSharedKey] = [:]
        for entry in keys {
            guard table.updateValue(entry, forKey: entry.identity) == nil else {
                throw CoAPError(
                    .invalidCredentials,
                    "the identity '\(PrintableText.escaped(entry.identity))' has two keys; keep one of them")
            }
        }
        entries = table
        self.now = now
    }

    /// The identities there are keys for, those that have run out among them.
    public var identities: [[UInt8]] { Array(entries.keys) }

    /// The key of this identity; nil when there is none or it has run out.
    public func key(for identity: [UInt8]) -> Secret? { entry(for: identity)?.key }

    /// The key of this identity with its holder and its end; nil when there is none or it has run out.
    public func entry(for identity: [UInt8]) -> PreSharedKey? {
        guard let entry = entries[identity], entry.isGood(at: now()) else { return nil }
        return entry
    }
}
