// SPDX-License-Identifier: Apache-2.0

public import CoAP
import Glibc

extension KeyFolder {
    /// A credential is said to expire from so many days ahead.
    private static let notice = 30

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
                let summary = try CredentialFiles.certificateSummary(at: certificatePath(ofDevice: name))
                let own = Hexadecimal.encode(summary.fingerprint)
                let old = made[name, default: []].filter { $0.fingerprint != own }
                    .compactMap { $0.until.map(\.seconds) }.filter { $0 >= now }.max()
                list.append(
                    CredentialSummary(
                        device: name, kind: .certificate, identity: nil, notAfter: summary.notAfter,
                        state: Self.state(day, summary.notAfter, oldUntil: old, now)))
            }
            if let day, keys[name] == nil, !certified.contains(name) {
                list.append(
                    CredentialSummary(device: name, kind: nil, identity: nil, notAfter: nil, state: .revoked(on: day)))
            }
        }
        return list
    }

    private static func state(
        _ revoked: Int64?, _ end: Int64?, oldUntil: Int64?, _ now: Int64
    ) -> CredentialSummary.State {
        if let revoked { return .revoked(on: revoked) }
        if let end, end < now { return .expired }
        if let oldUntil { return .rotated(oldUntil: oldUntil) }
        if let end, ExpiryWarnings.days(until: end, now: now) <= notice {
            return .expires(inDays: ExpiryWarnings.days(until: end, now: now))
        }
        return .good
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
        func add(_ kind: ExpiringCredential.Kind, _ name: String, _ end: Int64?) {
            if let end { list.append(ExpiringCredential(kind: kind, name: name, notAfter: end)) }
        }
        func end(of path: String) -> Int64? { try? CredentialFiles.certificateSummary(at: path).notAfter }
        add(.authority, "the authority's certificate", end(of: certificateAuthorityPath))
        add(.server, "the server's certificate", end(of: serverCertificatePath))
        if let next = (try? presentList())?.nextUpdate, next > 0 { add(.authority, "the revocation list", next) }
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
        var keys: [String: Int64?] = [:]
        for key in (try? preSharedKeys()) ?? [] {
            keys[String(decoding: key.holder, as: UTF8.self)] = .some(key.notAfter)
        }
        for (device, end) in keys where !revoked.contains(device) {
            add(.device, "the key of \(PrintableText.escaped(device.utf8))", end)
        }
        for (device, end) in certificateEnds(register) where !revoked.contains(device) {
            add(.device, "the certificate of \(PrintableText.escaped(device.utf8))", end)
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
