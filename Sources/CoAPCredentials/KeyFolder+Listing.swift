// SPDX-License-Identifier: Apache-2.0

public import CoAP
import Glibc

extension KeyFolder {
    /// Every key and certificate of every device, and the devices that were revoked, by name.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable`, `invalidCredentials`, with the file's name.
    public func credentials() throws(CoAPError) -> [CredentialSummary] {
        let now = Int64(time(nil))
        let register = try DeviceRegister(path: registerPath)
        let keys = Dictionary(grouping: try preSharedKeys()) { String(decoding: $0.holder, as: UTF8.self) }
        let certified = Set(certifiedDevices)
        let revoked = Dictionary(register.revoked.map { ($0.device, $0.on.seconds) }) { max($0, $1) }
        let made = Dictionary(grouping: register.certificates, by: \.device)
        let authorities = (try? ownAuthorities()) ?? []
        let oldOnes = Self.old(among: authorities)
        let imported = outsideAuthorities.flatMap { name in
            IssuedCertificate.all(in: (try? CredentialFiles.contents(at: "\(authoritiesPath)/\(name).pem")) ?? [])
        }
        func signer(_ certificate: IssuedCertificate) -> Signer {
            if oldOnes.contains(where: { $0.mayHaveSigned(certificate) }) { return .old }
            // Without any there is nobody to compare with.
            guard !authorities.isEmpty else { return .present }
            return (authorities + imported).contains { $0.mayHaveSigned(certificate) } ? .present : .unknown
        }
        var list: [CredentialSummary] = []
        for name in certified.union(keys.keys).union(revoked.keys).sorted() {
            let day = revoked[name]
            if let held = keys[name], let newest = held.last {
                let old = held.dropLast().compactMap(\.notAfter).filter { $0 >= now }.max()
                list.append(
                    CredentialSummary(
                        device: name, kind: .key, identity: String(decoding: newest.identity, as: UTF8.self),
                        notAfter: newest.notAfter, state: Self.state(day, newest.notAfter, oldUntil: old, now)))
            }
            if certified.contains(name) {
                let path = certificatePath(ofDevice: name)
                let certificate = try IssuedCertificate(pem: try CredentialFiles.contents(at: path), name: path)
                let summary = try certificate.summary()
                let own = Hexadecimal.encode(summary.fingerprint)
                let old = made[name, default: []].filter { $0.fingerprint != own }
                    .compactMap { $0.until.map(\.seconds) }.filter { $0 >= now }.max()
                list.append(
                    CredentialSummary(
                        device: name, kind: .certificate, identity: nil, notAfter: summary.notAfter,
                        state: Self.state(day, summary.notAfter, oldUntil: old, now, signer: signer(certificate))))
            }
            if let day, keys[name] == nil, !certified.contains(name) {
                list.append(
                    CredentialSummary(device: name, kind: nil, identity: nil, notAfter: nil, state: .revoked(on: day)))
            }
        }
        return list
    }

    /// Which authority signed a certificate of a device.
    private enum Signer {
        case present, old, unknown
    }

    private static func state(
        _ revoked: Int64?, _ end: Int64?, oldUntil: Int64?, _ now: Int64, signer: Signer = .present
    ) -> CredentialSummary.State {
        if let revoked { return .revoked(on: revoked) }
        if let end, end < now { return .expired }
        switch signer {
        case .present: break
        case .old: return .ofOldAuthority
        case .unknown: return .ofUnknownAuthority
        }
        if let oldUntil { return .rotated(oldUntil: oldUntil) }
        return CredentialSummary.State(endingAt: end, now: now)
    }

    /// What the folder's own certificates say. What cannot be read is left out.
    public func ownCertificates() -> OwnCertificates {
        // A folder that only has keys is whole too.
        let authorities = (try? ownAuthorities()) ?? []
        let old = Self.old(among: authorities)
        let server = (try? CredentialFiles.contents(at: serverCertificatePath))
            .flatMap { try? IssuedCertificate(pem: $0, name: serverCertificatePath) }
        return OwnCertificates(
            authority: try? authorities.first?.summary(), oldAuthority: try? old.last?.summary(),
            server: try? server?.summary(),
            isServerOfOldAuthority: server.map { server in old.contains { $0.mayHaveSigned(server) } } ?? false)
    }

    /// The names of the authorities that were imported and what the first certificate of each says, by name.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable`, `invalidCredentials`, with the file's name.
    public func importedAuthorities() throws(CoAPError) -> [(name: String, certificate: CertificateSummary)] {
        var list: [(name: String, certificate: CertificateSummary)] = []
        for name in outsideAuthorities {
            list.append((name, try CredentialFiles.certificateSummary(at: "\(authoritiesPath)/\(name).pem")))
        }
        return list
    }

    /// Everything in the folder that runs out one day: the authorities, the server's certificate, the revocation list, and what
    /// devices have. What cannot be read is left out.
    public func expiringCredentials() -> [ExpiringCredential] {
        var list: [ExpiringCredential] = []
        func add(_ kind: ExpiringCredential.Kind, _ name: String, _ end: Int64?, _ renewal: String? = nil) {
            guard let end else { return }
            let command = renewal.map { "coap keys \($0)\(option)" }
            list.append(ExpiringCredential(kind: kind, name: name, notAfter: end, renewal: command))
        }
        func end(of path: String) -> Int64? { try? CredentialFiles.certificateSummary(at: path).notAfter }
        let authorities = (try? ownAuthorities()) ?? []
        let old = Self.old(among: authorities)
        // While there is an old one, that has to go first.
        let renewal = old.isEmpty ? "rotate --authority" : nil
        add(.authority, "the authority's certificate", end(of: certificateAuthorityPath), renewal)
        for authority in old {
            add(
                .authority, "the old authority's certificate", try? authority.validity().notAfter,
                "revoke --old-authority")
        }
        add(.server, "the server's certificate", end(of: serverCertificatePath), "rotate --server")
        // That of an old authority ends along with it.
        let lists = ((try? presentLists()) ?? []).filter { list in
            authorities.contains(where: list.isSigned) && !old.contains(where: list.isSigned)
        }
        if let next = lists.map(\.nextUpdate).filter({ $0 > 0 }).min() {
            add(.authority, "the revocation list", next, renewal)
        }
        for (name, certificate) in (try? importedAuthorities()) ?? [] {
            add(.authority, "the certificate of the imported authority \(name)", certificate.notAfter)
        }
        for name in outsideAuthorities {
            let path = "\(authoritiesPath)/\(name).pem"
            let lists = try? RevocationList.all(in: try CredentialFiles.contents(at: path), name: path)
            let next = (lists ?? []).map(\.nextUpdate).filter { $0 > 0 }.min()
            add(.authority, "the revocation list of the imported authority \(name)", next)
        }
        guard let register = try? DeviceRegister(path: registerPath) else { return list }
        let revoked = Set(register.revoked.map(\.device))
        // An identity that a hand wrote may be no name.
        func rotation(_ device: String) -> String? { Self.isName(device) ? "rotate \(device)" : nil }
        var keys: [String: Int64?] = [:]
        for key in (try? preSharedKeys()) ?? [] {
            keys[String(decoding: key.holder, as: UTF8.self)] = .some(key.notAfter)
        }
        for (device, end) in keys where !revoked.contains(device) {
            add(.device, "the key of \(PrintableText.escaped(device.utf8))", end, rotation(device))
        }
        for (device, end) in certificateEnds(register) where !revoked.contains(device) {
            add(.device, "the certificate of \(PrintableText.escaped(device.utf8))", end, rotation(device))
        }
        return list
    }

    /// When each device's newest certificate ends, as the register has it: to open them all would take a large fleet's server
    /// many seconds. Only those that are older than the register are opened.
    private func certificateEnds(_ register: DeviceRegister) -> [String: Int64] {
        var ends: [String: Int64] = [:]
        for entry in register.certificates where entry.isForeign != true && entry.until == nil {
            ends[entry.device] = entry.expires.seconds
        }
        let registered = Set(register.certificates.map(\.device))
        for name in certifiedDevices where !registered.contains(name) {
            ends[name] = try? CredentialFiles.certificateSummary(at: certificatePath(ofDevice: name)).notAfter
        }
        return ends
    }
}
