// SPDX-License-Identifier: Apache-2.0

/// A certificate and its private key: what a side shows to prove who it is.
public struct CertificateCredential: Sendable {
    let parsed: ParsedCredential

    /// Reads a certificate, with the certificates between it and the authority behind it, and its private key.
    ///
    /// - Parameters:
    ///   - certificatePEM: the certificate first, then its chain, as PEM text.
    ///   - privateKeyPEM: the private key as PEM text, without passphrase.
    /// - Throws: `CoAPError` with code `invalidCredentials` when one cannot be read or they do not belong together.
    public init(certificatePEM: [UInt8], privateKeyPEM: Secret) throws(CoAPError) {
        parsed = try ParsedCredential(certificatePEM: certificatePEM, privateKeyPEM: privateKeyPEM)
    }

    /// What the certificate says about its holder.
    public var identity: CertificateIdentity { parsed.certificate.identity }
}
