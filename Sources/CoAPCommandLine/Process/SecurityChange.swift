// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What differs between what a server had and what it has now.
struct SecurityChange: CustomStringConvertible {
    /// Identities that have a key now and had none.
    private(set) var addedKeys = 0
    /// Identities that have none any more.
    private(set) var removedKeys = 0
    /// Identities whose key, holder or end is another one.
    private(set) var changedKeys = 0
    /// Certificates that are refused now and were not.
    private(set) var revokedCertificates = 0
    /// Certificates that were replaced and are good for a while longer.
    private(set) var replacedCertificates = 0
    /// Authorities that are believed now and were not.
    private(set) var addedAuthorities = 0
    /// Authorities that are believed no more.
    private(set) var removedAuthorities = 0
    /// True when the server has another certificate.
    private(set) var hasNewCertificate = false

    /// Compares the two.
    ///
    /// - Parameter now: seconds since 1970.
    init(from old: ServerSecurity, to new: ServerSecurity, now: Int64) {
        let (believed, believes) = (Self.authorities(old), Self.authorities(new))
        addedAuthorities = believes.subtracting(believed).count
        removedAuthorities = believed.subtracting(believes).count
        let before = Self.keys(old)
        let after = Self.keys(new)
        for (identity, key) in after {
            guard let earlier = before[identity] else {
                addedKeys += 1
                continue
            }
            if earlier != key { changedKeys += 1 }
        }
        removedKeys = before.keys.count { after[$0] == nil }
        let known = Dictionary(old.retired.map { ($0.name, $0.until) }) { min($0, $1) }
        for entry in new.retired where known[entry.name] != entry.until {
            if entry.until < now { revokedCertificates += 1 } else { replacedCertificates += 1 }
        }
        hasNewCertificate = old.certificate?.identity.fingerprint != new.certificate?.identity.fingerprint
    }

    private static func authorities(_ security: ServerSecurity) -> Set<[UInt8]> {
        guard case .required(let anchors) = security.clientAuthentication else { return [] }
        return anchors.fingerprints
    }

    private static func keys(_ security: ServerSecurity) -> [[UInt8]: PreSharedKey] {
        guard let table = security.preSharedKeys as? PreSharedKeyTable else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: table.identities.compactMap { identity in
                table.entry(for: identity).map { (identity, $0) }
            })
    }

    /// `2 keys added, 1 certificate revoked`.
    var description: String {
        let parts = [
            (addedKeys, "key", "added"), (removedKeys, "key", "removed"), (changedKeys, "key", "changed"),
            (revokedCertificates, "certificate", "revoked"), (replacedCertificates, "certificate", "replaced"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s") \($0.2)" }
        let authorities = [(addedAuthorities, "added"), (removedAuthorities, "removed")].filter { $0.0 > 0 }
            .map { "\($0.0) \($0.0 == 1 ? "authority" : "authorities") \($0.1)" }
        let all = parts + authorities + (hasNewCertificate ? ["the server's certificate changed"] : [])
        return all.isEmpty ? "no key and no certificate changed" : all.joined(separator: ", ")
    }
}
