// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Keys of devices, which are there as soon as they are asked for, and can be exchanged.
final class KeyRing: PreSharedKeyStore {
    private let versions = Locked<[String: UInt8]>([:])

    func key(for identity: [UInt8]) -> Secret? { key(of: String(decoding: identity, as: UTF8.self)) }

    func key(of name: String) -> Secret {
        let version = versions.withLock { $0[name] ?? 0 }
        return Secret(Array(name.utf8) + [UInt8](repeating: version, count: 16))
    }

    /// Makes new keys.
    func exchange(_ names: [String]) { versions.withLock { for name in names { $0[name, default: 0] += 1 } } }
}
