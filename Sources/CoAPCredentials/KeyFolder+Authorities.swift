// SPDX-License-Identifier: Apache-2.0

import CoAP

extension KeyFolder {
    /// The certificates of the folder's own authorities: the present one, which signs, and behind it those above it or of the
    /// old one whose place it takes.
    func ownAuthorities() throws(CoAPError) -> [IssuedCertificate] {
        let pem = try CredentialFiles.contents(at: certificateAuthorityPath)
        let all = IssuedCertificate.all(in: pem)
        guard all.isEmpty else { return all }
        return [try IssuedCertificate(pem: pem, name: certificateAuthorityPath)]
    }

    /// Those of the authorities whose place the present one takes: what certified the present one is none of them.
    static func old(among authorities: [IssuedCertificate]) -> [IssuedCertificate] {
        guard var top = authorities.first else { return [] }
        var old = Array(authorities.dropFirst())
        while let index = old.firstIndex(where: { $0.mayHaveSigned(top) }) { top = old.remove(at: index) }
        return old
    }

    /// True when an authority signed a certificate of the register. What is older than the register's knowledge of that was
    /// signed by the oldest.
    static func isIssued(
        _ entry: DeviceRegister.Certificate, by authority: IssuedCertificate, of all: [IssuedCertificate]
    ) -> Bool {
        if let signer = entry.authority { return signer == authority.keyIdentifier }
        return authority === (old(among: all).last ?? all.first)
    }

    /// The devices that may have to show a certificate of an authority, by name: those that have one which is good still.
    func devices(
        of authority: IssuedCertificate, among all: [IssuedCertificate], _ register: DeviceRegister, now: Int64
    ) -> [String] {
        let revoked = Set(register.revoked.map(\.device))
        var names: Set<String> = []
        for entry in register.certificates
        where entry.isForeign != true && entry.isGood(at: now) && Self.isIssued(entry, by: authority, of: all) {
            names.insert(entry.device)
        }
        let registered = Set(register.certificates.map(\.device))
        for name in certifiedDevices where !registered.contains(name) {
            let path = certificatePath(ofDevice: name)
            guard let pem = try? CredentialFiles.contents(at: path),
                let certificate = try? IssuedCertificate(pem: pem, name: path), authority.mayHaveSigned(certificate),
                let end = try? certificate.validity().notAfter, end >= now
            else { continue }
            names.insert(name)
        }
        return names.subtracting(revoked).sorted()
    }

    /// The present authority, or another one whose certificate is in ca.pem, with its private key.
    func loadAuthority(_ other: IssuedCertificate? = nil) throws(CoAPError) -> CertificateAuthority {
        guard !FileWriter.isMissing(authorityKeyPath) else {
            throw CredentialFiles.unavailable(
                authorityKeyPath,
                "there is no such file, and no certificate can be signed without it: put it back, or move "
                    + "\(PrintableText.escaped(path.utf8)) away and run: \(initCommand)")
        }
        let certificate: IssuedCertificate
        if let other { certificate = other } else { certificate = try ownAuthorities()[0] }
        // While authorities are exchanged, the new one's key waits.
        let waiting = Self.waitingPath(authorityKeyPath)
        if FileWriter.exists(waiting),
            let key = PrivateKey.key(of: certificate, in: try CredentialFiles.secret(at: waiting))
        {
            return CertificateAuthority(certificate: certificate, key: key)
        }
        let secret = try CredentialFiles.secret(at: authorityKeyPath)
        guard let key = PrivateKey.key(of: certificate, in: secret) else {
            // Says what is wrong with a file that has none.
            _ = try PrivateKey(pem: secret, name: authorityKeyPath)
            throw CoAPError(
                .invalidCredentials,
                "\(PrintableText.escaped(authorityKeyPath.utf8)): this key does not belong to "
                    + "\(PrintableText.escaped(certificateAuthorityPath.utf8)); put the right one back")
        }
        return CertificateAuthority(certificate: certificate, key: key)
    }
}
