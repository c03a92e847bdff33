// SPDX-License-Identifier: Apache-2.0

/// The keys that digests are made and checked with.
public struct DigestKeyTable: Hashable, Sendable {
    private var keys: [[UInt8]: DigestKey] = [:]

    /// A table without keys.
    public init() {}

    /// A table of these keys.
    ///
    /// - Throws: `CoAPError` with code `invalidCredentials` when an id stands in it twice.
    public init(_ keys: some Sequence<DigestKey>) throws(CoAPError) {
        for key in keys {
            guard self.keys.updateValue(key, forKey: key.id) == nil else {
                throw CoAPError(
                    .invalidCredentials,
                    "the digest key '\(PrintableText.escaped(key.id))' is there twice; keep one of them")
            }
        }
    }

    /// True when there is no key.
    public var isEmpty: Bool { keys.isEmpty }

    /// The key of this id; nil when there is none.
    public func key(for id: [UInt8]) -> DigestKey? { keys[id] }
}
