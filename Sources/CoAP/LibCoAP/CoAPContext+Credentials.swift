// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

// What a server's handshakes go by, which may be exchanged while it runs.
extension CoAPContext {
    /// The cipher suites that fit what a server has.
    ///
    /// - Throws: `CoAPError` with code `invalidCredentials` when it has nothing.
    func suites(for security: ServerSecurity) throws(CoAPError) -> [String] {
        let suites = CipherPolicy.suites(
            keys: security.preSharedKeys != nil, certificates: security.certificate != nil)
        guard !suites.isEmpty else {
            throw CoAPError(
                .invalidCredentials,
                "a coaps endpoint needs pre-shared keys or a certificate; give one of them, or listen on coap:// if "
                    + "plain CoAP is meant")
        }
        // Wireshark 4.0 cannot decrypt ChaCha20 over DTLS, and whoever logs keys wants to read.
        return keyLog == nil ? suites : CipherPolicy.readableFirst(suites)
    }

    /// Exchanges keys, certificate and trust for all handshakes that come.
    ///
    /// - Throws: `CoAPError` with code `invalidCredentials`; then what was there stays.
    func replaceSecurity(_ security: ServerSecurity) throws(CoAPError) {
        loop.preconditionOnLoop()
        guard let sslContext else { return }
        let suites = try self.suites(for: security)
        guard SSL_CTX_set_cipher_list(sslContext, CipherPolicy.list(suites)) == 1 else {
            throw CoAPError(.internal, "OpenSSL refuses the cipher policy", cause: OpenSSLErrors.take())
        }
        hasNewSecurity = true
        try use(security)
    }

    /// Puts certificate and trust into the settings that new connections start from; keys are asked for in each handshake.
    func use(_ security: ServerSecurity) throws(CoAPError) {
        guard let sslContext else { return }
        if let credential = security.certificate?.parsed {
            // OpenSSL tried them out when they were read.
            var good = SSL_CTX_use_certificate(sslContext, credential.certificate.x509) == 1
            good = good && SSL_CTX_use_PrivateKey(sslContext, credential.privateKey) == 1
            good = good && ccoap_ctx_clear_chain(sslContext) == 1
            for certificate in credential.chain {
                good = good && ccoap_ctx_add_chain(sslContext, certificate.x509) == 1
            }
            guard good else {
                throw CoAPError(
                    .invalidCredentials, "OpenSSL refuses the server's certificate or key", cause: OpenSSLErrors.take())
            }
        }
        switch security.clientAuthentication {
        case .required(let anchors):
            SSL_CTX_set1_cert_store(sslContext, anchors.store.store)
            ccoap_ctx_verify_clients(sslContext, 1)
        case .notRequired: ccoap_ctx_verify_clients(sslContext, 0)
        }
        if let credential = security.certificate?.parsed, credential.chain.isEmpty {
            // OpenSSL would send the root by itself, and each client keep a copy: who believes it has it, and to others it is no use
            // (RFC 5246 §7.4.2).
            ccoap_ctx_build_chain(sslContext)
            ERR_clear_error()
        }
        self.security = security
    }

    /// libcoap makes the connection of the next peer in advance; it is brought up to date when its handshake starts.
    ///
    /// What this sets is what the server shows. Whom it lets in never depends on it: keys and trust are asked for anew by each
    /// handshake.
    func useCredentials(on ssl: OpaquePointer) {
        guard hasNewSecurity, let security, let suites = try? self.suites(for: security) else { return }
        ccoap_ssl_verify_clients(ssl)
        SSL_set_cipher_list(ssl, CipherPolicy.list(suites))
        // OpenSSL keeps one of each kind of key; a new one of another kind does not take the old one's place.
        SSL_certs_clear(ssl)
        if let credential = security.certificate?.parsed {
            SSL_use_certificate(ssl, credential.certificate.x509)
            SSL_use_PrivateKey(ssl, credential.privateKey)
            for certificate in credential.chain { _ = ccoap_ssl_add_chain(ssl, certificate.x509) }
            if credential.chain.isEmpty { ccoap_ssl_build_chain(ssl) }
        }
        ERR_clear_error()
    }
}
