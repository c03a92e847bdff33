// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// A certificate with its chain and private key, parsed and found to belong together.
final class ParsedCredential: @unchecked Sendable {
    // Sendable: OpenSSL counts references atomically, and nothing here changes after init.
    let certificate: Certificate
    let chain: [Certificate]
    let privateKey: OpaquePointer

    deinit { EVP_PKEY_free(privateKey) }

    init(certificatePEM: [UInt8], privateKeyPEM: Secret) throws(CoAPError) {
        ERR_clear_error()
        let certificates = Self.certificates(in: certificatePEM)
        ERR_clear_error()
        guard let first = certificates.first else {
            throw CoAPError(
                .invalidCredentials,
                "there is no PEM certificate in it; it must contain '-----BEGIN CERTIFICATE-----'")
        }
        let key: OpaquePointer? = privateKeyPEM.withBytes { bytes in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
            defer { BIO_free(bio) }
            // An empty passphrase, so that an encrypted key fails here instead of asking at the terminal.
            var passphrase: CChar = 0
            return PEM_read_bio_PrivateKey(bio, nil, nil, &passphrase)
        }
        guard let key else {
            throw CoAPError(
                .invalidCredentials,
                "the private key cannot be read; it must be a PEM key without passphrase "
                    + "('openssl pkey -in FILE -out NEWFILE' removes one)", cause: OpenSSLErrors.take())
        }
        guard X509_check_private_key(first.x509, key) == 1 else {
            EVP_PKEY_free(key)
            ERR_clear_error()
            throw CoAPError(
                .invalidCredentials,
                "the private key does not belong to the certificate; use the key the certificate was made for")
        }
        guard Self.isUsable(first, chain: certificates.dropFirst(), key) else {
            EVP_PKEY_free(key)
            throw CoAPError(
                .invalidCredentials,
                "OpenSSL refuses to use the certificate or its chain: make one with a key and hash of today's strength",
                cause: OpenSSLErrors.take())
        }
        certificate = first
        chain = Array(certificates.dropFirst())
        privateKey = key
    }

    /// Tries them out: what OpenSSL's policy forbids would otherwise be left out of the handshake without a word.
    private static func isUsable(
        _ certificate: Certificate, chain: some Sequence<Certificate>, _ key: OpaquePointer
    ) -> Bool {
        guard let context = SSL_CTX_new(DTLS_method()) else { return false }
        defer { SSL_CTX_free(context) }
        return SSL_CTX_use_certificate(context, certificate.x509) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1
            && chain.allSatisfy { ccoap_ctx_add_chain(context, $0.x509) == 1 }
    }

    private static func certificates(in pem: [UInt8]) -> [Certificate] {
        guard let bio = BIO_new_mem_buf(pem, Int32(clamping: pem.count)) else { return [] }
        defer { BIO_free(bio) }
        var certificates: [Certificate] = []
        while certificates.count < 16, let x509 = PEM_read_bio_X509(bio, nil, nil, nil) {
            certificates.append(Certificate(adopting: x509))
        }
        return certificates
    }
}
