// SPDX-License-Identifier: Apache-2.0

public import CoAP

extension KeyFolder {
    /// Makes a new authority, which signs from now on. The old one is believed beside it until ``retireOldAuthority(evenIfInUse:)``.
    ///
    /// The devices' certificates stay good, and the server shows the one it has, which the old authority signed.
    /// ``rotateServer(hostNames:days:movingToNewAuthority:)`` moves it when every client knows the new authority. Both have a
    /// revocation list of their own. When this is cut short, the authority is the old one alone or both.
    ///
    /// - Parameter days: for how many days the new one is good, 1 to 36,500; nil means ten years.
    /// - Throws: `CoAPError`: `invalidArgument` for a bad number; `invalidCredentials` when an old one is believed already, or
    ///   another authority certified the present one; `fileUnavailable` when there is none, or its key is not here.
    public func rotateAuthority(days: Int? = nil) throws(CoAPError) -> AuthorityRotationReport {
        try Self.checkDays(days)
        try require(certificateAuthorityPath, else: initCommand)
        var (report, isBehind) = try changing { (draft) throws(CoAPError) in
            // The lists are made anew, and what they name must not be lost.
            _ = try presentLists()
            let authorities = try ownAuthorities()
            if let old = Self.old(among: authorities).first {
                throw CoAPError(
                    .invalidCredentials,
                    "\(PrintableText.escaped(certificateAuthorityPath.utf8)): the old authority \(try old.summary().subject) is "
                        + "believed still; end it first with: coap keys revoke --old-authority\(option)")
            }
            let present = try loadAuthority()
            guard authorities.count == 1, present.certificate.mayHaveSigned(present.certificate) else {
                throw CoAPError(
                    .invalidCredentials,
                    "\(PrintableText.escaped(certificateAuthorityPath.utf8)): another authority certified this one, which has "
                        + "to renew it")
            }
            let new = try newAuthority(
                try PrivateKey(), validFor: days.map { Int64($0) * Contents.day } ?? Contents.tenYears)
            // Those of before do not say who signed them.
            for index in draft.register.certificates.indices
            where draft.register.certificates[index].isForeign != true
                && draft.register.certificates[index].authority == nil
            {
                draft.register.certificates[index].authority = present.certificate.keyIdentifier
            }
            let keys = [try new.keyPEM(), try present.keyPEM()]
            try FileWriter.write(
                Self.joined(keys), to: Self.waitingPath(authorityKeyPath), replaces: true)
            let both = [new.certificate, present.certificate]
            draft.authorities = both
            return AuthorityRotationReport(
                new: try new.certificate.summary(), old: try present.certificate.summary(),
                devices: devices(of: present.certificate, among: both, draft.register, now: draft.now))
        }
        report.isListBehind = isBehind
        return report
    }

    /// Ends the old authority: what it signed is refused from now on, and its revocation list is needed no more.
    ///
    /// - Parameter evenIfInUse: true also when devices have certificates of it that are good still.
    /// - Throws: `CoAPError`: `invalidCredentials` when there is no old authority, the server's certificate is of it, or devices
    ///   have good ones of it, which the message names; `fileUnavailable`.
    public func retireOldAuthority(evenIfInUse: Bool = false) throws(CoAPError) -> AuthorityRetirementReport {
        try require(certificateAuthorityPath, else: initCommand)
        // Where the present authority has no list yet beside that of the old one, it gets it: without the old one no server would
        // take up a file without a list of its own.
        _ = try changing { (_) throws(CoAPError) in }
        var (report, isBehind) = try changing { (draft) throws(CoAPError) in
            // The lists are made anew, and what they name must not be lost.
            _ = try presentLists()
            let authorities = try ownAuthorities()
            let all = Self.old(among: authorities)
            guard let old = all.last else {
                throw CoAPError(
                    .invalidCredentials,
                    "\(PrintableText.escaped(certificateAuthorityPath.utf8)): there is no old authority; one comes about by: "
                        + "coap keys rotate --authority\(option)")
            }
            let subject = try old.summary().subject
            if let pem = try? CredentialFiles.contents(at: serverCertificatePath),
                let server = try? IssuedCertificate(pem: pem, name: serverCertificatePath), old.mayHaveSigned(server)
            {
                throw CoAPError(
                    .invalidCredentials,
                    "\(PrintableText.escaped(serverCertificatePath.utf8)): the server's certificate is of the old authority; when "
                        + "every client has the present ca.pem: coap keys rotate --server --new-authority\(option)")
            }
            let devices = self.devices(of: old, among: authorities, draft.register, now: draft.now)
            guard devices.isEmpty || evenIfInUse else {
                throw CoAPError(
                    .invalidCredentials,
                    "the old authority \(subject) signed certificates that are good still, of "
                        + "\(Self.some(of: devices.map(\.utf8))); give these devices new ones with: coap keys "
                        + "rotate NAME\(option), and wait for the end of the overlap, or refuse them with --force")
            }
            let kept = authorities.filter { $0 !== old }
            // First, so that nothing is signed any more by whom nobody believes.
            try trimKeys(to: kept)
            draft.authorities = kept
            return AuthorityRetirementReport(old: try old.summary(), devices: devices)
        }
        report.isListBehind = isBehind
        return report
    }

    /// Leaves only these authorities' keys in the file; one that is kept elsewhere is left alone.
    private func trimKeys(to authorities: [IssuedCertificate]) throws(CoAPError) {
        guard FileWriter.exists(authorityKeyPath) else { return }
        let secret = try CredentialFiles.secret(at: authorityKeyPath)
        var keys: [Secret] = []
        for authority in authorities {
            if let key = PrivateKey.key(of: authority, in: secret) { keys.append(try key.pem()) }
        }
        guard !keys.isEmpty else { return }
        try FileWriter.write(Self.joined(keys), to: authorityKeyPath, replaces: true)
    }

    private static func joined(_ texts: [Secret]) -> Secret {
        var bytes: [UInt8] = []
        // Room for all of it at once: growing would leave copies of the keys behind.
        bytes.reserveCapacity(texts.reduce(0) { $0 + $1.count })
        defer { bytes.wipe() }
        for text in texts { text.withBytes { bytes += $0 } }
        return Secret(bytes)
    }
}
