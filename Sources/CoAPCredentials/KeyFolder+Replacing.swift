// SPDX-License-Identifier: Apache-2.0

import CoAP

extension KeyFolder {
    /// Where a new private key waits until its certificate stands.
    static func waitingPath(_ keyPath: String) -> String { "\(keyPath).next" }

    /// Puts a certificate and its private key, two files, in the place of others.
    ///
    /// The file of the certificate decides: until it is exchanged the old key counts, from then on the new one, which readers
    /// find where it waits. So there is a pair that works whenever this is cut short.
    func replacePair(
        _ certificate: [UInt8], at certificatePath: String, _ key: Secret, at keyPath: String
    ) throws(CoAPError) {
        try FileWriter.write(key, to: Self.waitingPath(keyPath), replaces: true)
        try FileWriter.write(certificate, to: certificatePath, replaces: true)
        try FileWriter.move(Self.waitingPath(keyPath), to: keyPath)
    }

    /// Finishes an exchange that was cut short, or takes back what had not begun to count. Only while the folder's lock is held.
    func finishReplacing() throws(CoAPError) {
        for (certificatePath, keyPath) in [
            (certificateAuthorityPath, authorityKeyPath), (serverCertificatePath, serverKeyPath),
        ] {
            let waiting = Self.waitingPath(keyPath)
            guard FileWriter.exists(waiting), let pem = try? CredentialFiles.contents(at: certificatePath),
                let certificate = try? IssuedCertificate(pem: pem, name: certificatePath)
            else { continue }
            // The first key counts: behind an authority's new one is that of the old one.
            let key = try? PrivateKey(pem: try CredentialFiles.secret(at: waiting), name: waiting)
            if let key, certificate.belongs(to: key) {
                try FileWriter.move(waiting, to: keyPath)
            } else {
                try FileWriter.remove(waiting)
            }
        }
    }

    /// The server's certificate and key, which another process may be exchanging.
    func serverCredential() throws(CoAPError) -> CertificateCredential {
        let waiting = Self.waitingPath(serverKeyPath)
        var attempts = 0
        while true {
            let before = try? CredentialFiles.contents(at: serverCertificatePath)
            // First the key that waits: when it is gone by the time it is looked for, it stands in its place.
            if FileWriter.exists(waiting),
                let credential = try? CredentialFiles.certificateCredential(
                    certificatePath: serverCertificatePath, keyPath: waiting)
            {
                return credential
            }
            do throws(CoAPError) {
                try require(serverCertificatePath, else: initCommand)
                return try CredentialFiles.certificateCredential(
                    certificatePath: serverCertificatePath, keyPath: serverKeyPath,
                    renewal: "make a new one with: coap keys rotate --server\(option)")
            } catch {
                // What does not belong together may be of two moments, with an exchange between them.
                attempts += 1
                guard attempts < 10, before != (try? CredentialFiles.contents(at: serverCertificatePath)) else {
                    throw error
                }
            }
        }
    }
}
