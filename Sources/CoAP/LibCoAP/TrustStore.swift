// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// The certificates whose signatures count, and the revocation lists, as OpenSSL holds them.
final class TrustStore: @unchecked Sendable {
    // Sendable: an X509_STORE locks itself, and nothing is added after init.
    let store: OpaquePointer

    deinit { X509_STORE_free(store) }

    /// - Parameter lists: lists that each authority may have one among; nil demands one of all where any is in `pem`.
    init(pem: [UInt8], lists separate: [UInt8]? = nil) throws(CoAPError) {
        guard let store = X509_STORE_new() else { throw CoAPError(.internal, "no memory for a trust store") }
        self.store = store
        var lists: Int32 = 0
        let certificates = ccoap_store_add_pem(store, pem, pem.count, &lists)
        guard certificates > 0 else {
            throw CoAPError(
                .invalidCredentials,
                "there is no usable PEM certificate of an authority in it; it must contain "
                    + "'-----BEGIN CERTIFICATE-----'", cause: OpenSSLErrors.take())
        }
        ERR_clear_error()
        if let separate {
            var more: Int32 = 0
            guard separate.isEmpty || ccoap_store_add_pem(store, separate, separate.count, &more) == 0 && more > 0
            else {
                throw CoAPError(
                    .invalidCredentials,
                    "there is no usable PEM revocation list in it, or something else too; it must contain "
                        + "'-----BEGIN X509 CRL-----'", cause: OpenSSLErrors.take())
            }
            ERR_clear_error()
            if lists + more > 0 { ccoap_store_check_lists(store) }
            return
        }
        // With a list at hand, every certificate of a chain must be covered by one: an authority in between may be revoked.
        if lists > 0 { X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL)) }
    }

    /// The fingerprints of the certificates in it.
    var fingerprints: Set<[UInt8]> {
        // A handshake's look-up sorts them.
        X509_STORE_lock(store)
        defer { X509_STORE_unlock(store) }
        guard let objects = X509_STORE_get0_objects(store) else { return [] }
        return Set(
            (0..<max(0, OPENSSL_sk_num(objects))).compactMap { index in
                guard let object = OPENSSL_sk_value(objects, index),
                    let x509 = X509_OBJECT_get0_X509(OpaquePointer(object)), X509_up_ref(x509) == 1
                else { return nil }
                return Certificate(adopting: x509).fingerprint
            })
    }

    /// True when the chain that a client showed in its handshake is good now.
    func accepts(_ connection: DTLSConnection) -> Bool { ccoap_ssl_verify_again(connection.ssl, store) == 1 }
}
