// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// How far a server's handshake is, and what OpenSSL thinks of the client.
struct ServerHandshakeStage: Hashable {
    /// The place in the handshake.
    enum Point: Hashable {
        /// The client's hello is looked at.
        case hello
        /// The server has sent its first flight, and nothing came back.
        case waiting
        /// The client's certificate is looked at.
        case certificate
        /// The client's key exchange was taken, and its Finished was not.
        case finishing
        case other
    }

    var point: Point
    /// What OpenSSL says of the client's certificate: 0 is good or none, else a number of its X509_V_ERR list.
    var verification: Int

    init(point: Point, verification: Int = 0) { (self.point, self.verification) = (point, verification) }

    /// The stage of a server's connection.
    init(_ connection: DTLSConnection) {
        verification = connection.verificationResult
        point =
            switch SSL_get_state(connection.ssl) {
            case TLS_ST_BEFORE, TLS_ST_SR_CLNT_HELLO, DTLS_ST_SW_HELLO_VERIFY_REQUEST: .hello
            case TLS_ST_SW_SRVR_HELLO, TLS_ST_SW_CERT, TLS_ST_SW_KEY_EXCH, TLS_ST_SW_CERT_REQ, TLS_ST_SW_SRVR_DONE:
                .waiting
            case TLS_ST_SR_CERT: .certificate
            case TLS_ST_SR_KEY_EXCH, TLS_ST_SR_CERT_VRFY, TLS_ST_SR_CHANGE, TLS_ST_SR_FINISHED: .finishing
            default: .other
            }
    }
}
