// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// One DTLS connection of OpenSSL, owned by its libcoap session.
struct DTLSConnection {
    let ssl: OpaquePointer

    init(_ ssl: OpaquePointer) { self.ssl = ssl }

    /// How far a client's handshake came.
    enum Progress {
        /// Nothing came back.
        case silence
        /// The server answered; the credentials are not settled.
        case answered
        /// Everything was sent, and the server does not confirm.
        case finishing
        case done
    }

    var progress: Progress {
        switch SSL_get_state(ssl) {
        case TLS_ST_OK: .done
        // A server that asked for the hello to be repeated with a cookie was heard.
        case TLS_ST_BEFORE, TLS_ST_CW_CLNT_HELLO: BIO_number_read(SSL_get_rbio(ssl)) > 0 ? .answered : .silence
        case TLS_ST_CW_FINISHED, TLS_ST_CR_CHANGE, TLS_ST_CR_FINISHED, TLS_ST_CR_SESSION_TICKET: .finishing
        default: .answered
        }
    }

    /// True when a server waits for the client's Finished and for nothing else: the client has said that it changes to the keys.
    var awaitsFinished: Bool { SSL_get_state(ssl) == TLS_ST_SR_CHANGE }

    /// True when the server's hello has come.
    var hasServerHello: Bool {
        switch SSL_get_state(ssl) {
        case TLS_ST_BEFORE, TLS_ST_CW_CLNT_HELLO, DTLS_ST_CR_HELLO_VERIFY_REQUEST: false
        default: true
        }
    }

    /// True when a plain CoAP message came instead of DTLS.
    var heardPlainCoAP: Bool { ccoap_ssl_heard_coap(ssl) == 1 }

    /// The cipher suite by its registered name, `TLS_PSK_WITH_AES_128_CCM_8`.
    var standardCipher: String? {
        guard let cipher = SSL_get_current_cipher(ssl) ?? SSL_get_pending_cipher(ssl),
            let name = SSL_CIPHER_standard_name(cipher)
        else { return nil }
        return String(cString: name)
    }

    /// `DTLSv1.2`.
    var version: String { SSL_get_version(ssl).map { String(cString: $0) } ?? "?" }

    /// What OpenSSL says of the peer's certificate: 0 is good, else a number of its X509_V_ERR list.
    var verificationResult: Int { SSL_get_verify_result(ssl) }

    /// The peer's certificate; nil without one.
    var peerCertificate: Certificate? {
        ccoap_ssl_peer_certificate(ssl).map { Certificate(adopting: $0) }
    }

    /// The words for a number of ``verificationResult``.
    static func verificationText(_ result: Int) -> String {
        X509_verify_cert_error_string(result).map { String(cString: $0) } ?? "error \(result)"
    }

    /// Has it end without a close_notify (RFC 5246 §7.2.1): the peer is not told.
    func forgoFarewell() { SSL_set_quiet_shutdown(ssl, 1) }
}
