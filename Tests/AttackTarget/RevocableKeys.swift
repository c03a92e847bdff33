// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Keys that can be taken back while the server runs.
struct RevocableKeys: PreSharedKeyStore {
    private let keys: any PreSharedKeyStore
    private let revoked = Locked(Set<[UInt8]>())

    init(_ keys: any PreSharedKeyStore) { self.keys = keys }

    func key(for identity: [UInt8]) -> Secret? {
        revoked.withLock { $0.contains(identity) } ? nil : keys.key(for: identity)
    }

    func revoke(_ identity: [UInt8]) { revoked.withLock { _ = $0.insert(identity) } }
}
