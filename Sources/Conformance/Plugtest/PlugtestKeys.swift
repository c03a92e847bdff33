// SPDX-License-Identifier: Apache-2.0

package import CoAP

/// A server's own keys, and the plugtest's: identity "password", key "sesame", which everybody knows.
package struct PlugtestKeys: PreSharedKeyStore {
    private let own: (any PreSharedKeyStore)?
    private let known: PreSharedKey

    /// The plugtest's key beside a server's own.
    ///
    /// - Throws: nothing that can happen: the key is well formed.
    package init(beside own: (any PreSharedKeyStore)? = nil) throws(CoAPError) {
        self.own = own
        known = try ServerUnderTest.plugtestKey()
    }

    /// The key of an identity; nil when there is none.
    package func key(for identity: [UInt8]) -> Secret? {
        identity == known.identity ? known.key : own?.key(for: identity)
    }

    /// The key of an identity with its holder and its end; nil when there is none.
    package func entry(for identity: [UInt8]) -> PreSharedKey? {
        identity == known.identity ? known : own?.entry(for: identity)
    }
}
