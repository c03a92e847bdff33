// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
public import CoAP

extension KeyFolder {
    /// Refuses one certificate from now on, whoever signed it: that of a device which another authority certifies.
    ///
    /// A certificate of this folder's authority belongs to a device: that is revoked as by ``revokeDevice(named:)``.
    ///
    /// - Parameter source: a PEM file whose first certificate is meant.
    /// - Returns: the certificate's subject, and what was done.
    /// - Throws: `CoAPError`: `fileUnavailable`, `invalidCredentials` when there is no certificate in the file, or that of an
    ///   authority.
    public func revokeCertificate(from source: String) throws(CoAPError) -> (name: String, report: RevocationReport) {
        let certificate = try IssuedCertificate(pem: try CredentialFiles.contents(at: source), name: source)
        try refuseAuthority(certificate, source)
        var entry = try DeviceRegister.entry(certificate, of: try certificate.summary().subject)
        let register = try register()
        let known = register.certificates.first { $0.fingerprint == entry.fingerprint }
        // What was refused by its file before is there under its subject, which no device is named like.
        if known?.isForeign != true, known.map({ Self.isName($0.device) }) ?? true {
            let device =
                known?.device
                ?? certifiedDevices.first { name in
                    let summary = try? CredentialFiles.certificateSummary(at: certificatePath(ofDevice: name))
                    return summary.map { Hexadecimal.encode($0.fingerprint) } == entry.fingerprint
                }
            if let device { return (device, try revokeDevice(named: device)) }
        }
        entry.isForeign = !(try ownAuthorities().contains { $0.mayHaveSigned(certificate) })
        // The list is renewed if it lags behind, also where the certificate is refused already.
        let (result, isBehind) = try changing { (draft) throws(CoAPError) in
            if let there = draft.register.certificates.first(where: { $0.fingerprint == entry.fingerprint }) {
                let day = there.until.map { CalendarDate($0.seconds).description }
                return (there.device, RevocationReport(keys: 0, certificates: 0, earlierDate: day))
            }
            entry.until = .init(draft.now - 1)
            entry.isOver = true
            draft.register.add(entry)
            let earlier = draft.register.revocation(of: entry.device)
            draft.register.revoked.removeAll { $0.device == entry.device }
            draft.register.revoked.append(.init(device: entry.device, on: .init(draft.now)))
            let day = earlier.map { CalendarDate($0).description }
            return (entry.device, RevocationReport(keys: 0, certificates: 1, earlierDate: day))
        }
        var (name, report) = result
        report.isListBehind = isBehind
        return (name, report)
    }

    /// Refuses an authority's certificate: no peer shows it as its own, so that to refuse it would keep nobody out.
    private func refuseAuthority(_ certificate: IssuedCertificate, _ source: String) throws(CoAPError) {
        guard ccoap_x509_anchor(certificate.pointer) == 1 else { return }
        let fingerprint = try certificate.summary().fingerprint
        let place = outsideAuthorities.first { name in
            let bytes = (try? CredentialFiles.contents(at: "\(authoritiesPath)/\(name).pem")) ?? []
            return IssuedCertificate.all(in: bytes).contains { (try? $0.summary().fingerprint) == fingerprint }
        }
        let advice =
            place.map { "take it back with: rm \(ShellText.quoted("\(authoritiesPath)/\($0).pem"))" }
            ?? "it is refused by a list of the authority above it, and its devices one by one"
        throw CoAPError(
            .invalidCredentials, "\(PrintableText.escaped(source.utf8)): this is an authority; \(advice)")
    }

    /// Takes everything from a device, at once: its keys are removed, and every certificate the authority made for it is
    /// refused and put on the revocation list.
    ///
    /// A server that takes the folder up closes its sessions. Without the authority's key the list is left as it is, and the
    /// certificates are refused by their fingerprints.
    ///
    /// - Parameter name: the device's name.
    /// - Throws: `CoAPError`: `invalidArgument` for a bad name; `invalidCredentials` when there is nothing for such a device;
    ///   `fileUnavailable`.
    public func revokeDevice(named name: String) throws(CoAPError) -> RevocationReport {
        try Self.checkName(name)
        var (report, isBehind) = try changing { (draft) throws(CoAPError) in
            let bytes = Array(name.utf8)
            if let other = draft.keys.keys.first(where: { $0.identity == bytes && $0.holder != bytes }) {
                throw CoAPError(
                    .invalidCredentials,
                    "'\(name)' is an identity of '\(PrintableText.escaped(other.holder))'; revoke that device")
            }
            try adoptCertificate(of: name, into: &draft)
            let isKnown = draft.register.certificates.contains { $0.device == name }
            let certificates = draft.register.retire(name, until: draft.now - 1, now: draft.now)
            let keys = draft.keys.keys.count { $0.holder == bytes }
            let earlier = draft.register.revocation(of: name)
            guard keys > 0 || isKnown || earlier != nil else { throw nothing(of: name, draft) }
            draft.keys.keys.removeAll { $0.holder == bytes }
            if keys > 0 || certificates > 0 || earlier == nil {
                draft.register.revoked.removeAll { $0.device == name }
                draft.register.revoked.append(.init(device: name, on: .init(draft.now)))
            }
            // Nobody needs them any more, and a key that lies about may be taken for a good one.
            draft.leftovers = [certificatePath(ofDevice: name), keyPath(ofDevice: name)]
            return RevocationReport(
                keys: keys, certificates: certificates, earlierDate: earlier.map { CalendarDate($0).description },
                isCertificateKnown: isKnown)
        }
        report.isListBehind = isBehind
        return report
    }
}
