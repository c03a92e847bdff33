// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

/// What one client connection shows and demands.
enum DTLSClientParameters {
    /// The key comes through ``CoAPContextDelegate/clientKey(for:)``.
    case preSharedKey
    /// A certificate of the client's own if it has one, and whom it believes, for which host.
    case certificate(CertificateCredential?, TrustAnchors, host: ServerName)

    /// The cipher suites it offers.
    var suites: [String] {
        switch self {
        case .preSharedKey: CipherPolicy.suites(keys: true, certificates: false)
        case .certificate: CipherPolicy.suites(keys: false, certificates: true)
        }
    }

    /// Sets up a connection that has not sent a byte; what fails leaves a connection that believes nobody.
    func apply(to ssl: OpaquePointer) {
        switch self {
        case .preSharedKey:
            SSL_set_cipher_list(ssl, CipherPolicy.list(suites))
            SSL_set_psk_client_callback(ssl) { ssl, _, identity, identityCapacity, key, keyCapacity in
                guard let ssl, let identity, let key, let credential = CoAPContext.clientKey(for: ssl),
                    credential.identity.count < Int(identityCapacity), credential.key.count <= Int(keyCapacity)
                else { return 0 }
                for (index, byte) in credential.identity.enumerated() {
                    identity[index] = CChar(bitPattern: byte)
                }
                identity[credential.identity.count] = 0
                credential.key.withBytes { bytes in
                    if let base = bytes.baseAddress { memcpy(key, base, bytes.count) }
                }
                return UInt32(credential.key.count)
            }
        case .certificate(let own, let anchors, let host):
            SSL_set_cipher_list(ssl, CipherPolicy.list(suites))
            SSL_set_verify(ssl, SSL_VERIFY_PEER) { isGood, store in
                // Only noted for the message to the person; OpenSSL's verdict stands.
                if isGood == 0, let store, let certificate = X509_STORE_CTX_get_current_cert(store),
                    let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
                    X509_up_ref(certificate) == 1
                {
                    CoAPContext.refused(
                        Certificate(adopting: certificate), depth: Int(X509_STORE_CTX_get_error_depth(store)),
                        on: OpaquePointer(ssl))
                }
                return isGood
            }
            if let own = own?.parsed {
                SSL_use_certificate(ssl, own.certificate.x509)
                SSL_use_PrivateKey(ssl, own.privateKey)
                for certificate in own.chain { _ = ccoap_ssl_add_chain(ssl, certificate.x509) }
            }
            // The trust anchors come last: a connection whose host could not be set believes nobody.
            guard Self.expect(host, on: ssl) else { return }
            _ = ccoap_ssl_set_trust(ssl, anchors.store.store)
        }
    }

    /// Has the certificate verified for the host: only its alternative names count, and none with a wildcard
    /// (RFC 7252 §9.1.3.3).
    private static func expect(_ host: ServerName, on ssl: OpaquePointer) -> Bool {
        let parameters = SSL_get0_param(ssl)
        X509_VERIFY_PARAM_set_hostflags(
            parameters, UInt32(X509_CHECK_FLAG_NO_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
        switch host {
        case .name(let name):
            // OpenSSL takes an empty name for any, and a shorter one where a zero byte is in it.
            guard !name.isEmpty, !name.utf8.contains(0) else { return false }
            return X509_VERIFY_PARAM_set1_host(parameters, name, 0) == 1 && ccoap_ssl_set_server_name(ssl, name) == 1
        case .address(let bytes): return X509_VERIFY_PARAM_set1_ip(parameters, bytes, bytes.count) == 1
        }
    }
}
