// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

/// A client's DTLS 1.2 connection without libcoap and without a socket: datagrams go in and come out. For what judges the
/// wire itself. Belongs to one thread.
package final class DTLSChannel {
    /// How far the handshake came.
    package enum State: Hashable, Sendable {
        /// It goes on.
        case connecting
        /// Application data may be sent.
        case connected
        /// It ended, for the reason that OpenSSL gives.
        case failed(String)
    }

    /// An alert that was sent or received (RFC 5246 §7.2).
    package struct Alert: Hashable, Sendable {
        /// True for this side's alert.
        package let isSent: Bool
        /// False for a warning.
        package let isFatal: Bool
        /// Its number.
        package let number: UInt8
        /// Its name as OpenSSL has it, `unknown CA`.
        package let name: String
    }

    /// How far the handshake came.
    package private(set) var state = State.connecting

    /// The alerts of both sides in their order.
    package private(set) var alerts: [Alert] = []

    /// The types of the handshake's messages that came, in their order (RFC 5246 §7.4, RFC 6347 §4.3.2).
    package private(set) var heard: [UInt8] = []

    /// The server's certificate and those behind it as it sent them, verified or not.
    private(set) var chain: [Certificate] = []

    /// Which certificate of the chain was refused, 0 for the server's own; nil when none was.
    private(set) var refusedDepth: Int?

    private let context: OpaquePointer
    private let ssl: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    private let key: PreSharedKey?

    deinit {
        SSL_free(ssl)
        SSL_CTX_free(context)
    }

    /// A connection that has not sent a byte.
    ///
    /// - Parameters:
    ///   - security: the key, or the certificate and whom to believe; not `plain`.
    ///   - host: the host of the URI, which the server's certificate has to name.
    ///   - suites: the cipher suites to offer in OpenSSL's notation; this library's own without them.
    ///   - capture: where the secrets are recorded; nil for nowhere.
    /// - Throws: `CoAPError`: `invalidArgument` for plain security, `invalidCredentials` for what OpenSSL refuses, `internal`.
    package init(
        _ security: ClientSecurity, host: String, suites: [String]? = nil, capture: Capture? = nil
    ) throws(CoAPError) {
        let parameters: DTLSClientParameters
        switch security {
        case .plain: throw CoAPError(.invalidArgument, "plain CoAP has no handshake")
        case .preSharedKey(let given):
            key = given
            parameters = .preSharedKey
        case .certificate(let own, let anchors):
            key = nil
            parameters = .certificate(own, anchors, host: try ServerName(host: host))
        }
        ERR_clear_error()
        guard let context = SSL_CTX_new(DTLS_client_method()) else { throw Self.outOfMemory }
        let all = CipherPolicy.list(CipherPolicy.suites(keys: true, certificates: true))
        guard ccoap_dtls_policy(context, all, CipherPolicy.groups) == 1, let ssl = SSL_new(context) else {
            SSL_CTX_free(context)
            throw Self.outOfMemory
        }
        guard let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem()) else {
            SSL_free(ssl)
            SSL_CTX_free(context)
            throw Self.outOfMemory
        }
        SSL_set_bio(ssl, incoming, outgoing)
        (self.context, self.ssl, self.incoming, self.outgoing) = (context, ssl, incoming, outgoing)
        ccoap_ssl_set_mtu(ssl, 1200)
        SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
        SSL_set_info_callback(ssl) { ssl, place, value in
            guard let ssl, place & SSL_CB_ALERT != 0 else { return }
            DTLSChannel.of(ssl)?.note(place, value)
        }
        SSL_set_msg_callback(ssl) { isSent, _, type, bytes, length, ssl, _ in
            guard isSent == 0, type == SSL3_RT_HANDSHAKE, let ssl, let bytes, length > 0 else { return }
            DTLSChannel.of(ssl)?.note(message: bytes.load(as: UInt8.self))
        }
        apply(parameters)
        if let keys = capture?.keys {
            keys.follow(context: context)
            SSL_set_cipher_list(ssl, CipherPolicy.list(CipherPolicy.readable(parameters.suites)))
        }
        // At OpenSSL's lowest level: the suites that constrained peers know are below its own in later versions.
        if let suites, SSL_set_cipher_list(ssl, CipherPolicy.list(suites) + ":@SECLEVEL=0") != 1 {
            throw CoAPError(
                .invalidArgument, "OpenSSL knows none of the suites \(suites)", cause: OpenSSLErrors.take())
        }
        SSL_set_connect_state(ssl)
    }

    private func apply(_ parameters: DTLSClientParameters) {
        guard key != nil else {
            parameters.apply(to: ssl)
            // In place of the one that is set there, which takes the owner of each connection for a session of libcoap.
            SSL_set_verify(ssl, SSL_VERIFY_PEER) { isGood, store in
                if let store, let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()) {
                    DTLSChannel.of(OpaquePointer(ssl))?.note(isGood: isGood == 1, store)
                }
                return isGood
            }
            return
        }
        SSL_set_cipher_list(ssl, CipherPolicy.list(CipherPolicy.suites(keys: true, certificates: false)))
        SSL_set_psk_client_callback(ssl) { ssl, _, identity, identityCapacity, bytes, capacity in
            guard let ssl, let identity, let bytes, let key = DTLSChannel.of(ssl)?.key,
                key.identity.count < Int(identityCapacity), key.key.count <= Int(capacity)
            else { return 0 }
            for (index, byte) in key.identity.enumerated() { identity[index] = CChar(bitPattern: byte) }
            identity[key.identity.count] = 0
            key.key.withBytes { source in
                if let base = source.baseAddress { memcpy(bytes, base, source.count) }
            }
            return UInt32(key.key.count)
        }
    }

    /// Goes on with the handshake as far as what came allows.
    package func handshake() {
        guard state == .connecting else { return }
        ERR_clear_error()
        let result = SSL_do_handshake(ssl)
        if result == 1 {
            state = .connected
        } else {
            judge(result)
        }
    }

    /// Takes a datagram of the server and returns the application data in it.
    package func receive(_ datagram: [UInt8]) -> [[UInt8]] {
        BIO_write(incoming, datagram, Int32(datagram.count))
        if state == .connecting { handshake() }
        guard state == .connected else { return [] }
        var messages: [[UInt8]] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            ERR_clear_error()
            let count = SSL_read(ssl, &buffer, Int32(buffer.count))
            guard count > 0 else {
                judge(count)
                return messages
            }
            messages.append(Array(buffer.prefix(Int(count))))
        }
    }

    /// Puts application data into a datagram; false when there is no connection.
    package func send(_ bytes: [UInt8]) -> Bool {
        guard state == .connected else { return false }
        ERR_clear_error()
        return SSL_write(ssl, bytes, Int32(bytes.count)) > 0
    }

    /// Says goodbye (close_notify).
    package func close() { if state == .connected { SSL_shutdown(ssl) } }

    /// The datagrams to be sent by now, one record in each.
    package func takeOutgoing() -> [[UInt8]] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = BIO_read(outgoing, &buffer, Int32(buffer.count))
            guard count > 0 else { break }
            all += buffer.prefix(Int(count))
        }
        var records: [[UInt8]] = []
        var start = 0
        // The header of a record has 13 bytes, its length stands in the last two (RFC 6347 §4.1).
        while start + 13 <= all.count {
            let end = min(all.count, start + 13 + Int(all[start + 11]) << 8 + Int(all[start + 12]))
            records.append(Array(all[start..<end]))
            start = end
        }
        return records
    }

    /// Until when a flight of the handshake waits for an answer before it is repeated; nil when nothing waits.
    package var timeout: Duration? {
        let left = ccoap_ssl_timeout(ssl)
        return left < 0 ? nil : .microseconds(left)
    }

    /// Repeats the last flight if its time has come; true when it did.
    package func handleTimeout() -> Bool {
        ERR_clear_error()
        let result = ccoap_ssl_handle_timeout(ssl)
        if result < 0 { state = .failed("the server does not answer the handshake") }
        return result > 0
    }

    /// The suite that was agreed on, `TLS_PSK_WITH_AES_128_CCM_8`; nil before that.
    package var cipherSuite: String? { DTLSConnection(ssl).standardCipher }

    /// What OpenSSL says against the server's certificate; nil when nothing.
    package var verificationFailure: String? {
        let result = DTLSConnection(ssl).verificationResult
        return result == 0 ? nil : DTLSConnection.verificationText(result)
    }

    private func judge(_ result: Int32) {
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return
        case SSL_ERROR_ZERO_RETURN: state = .failed("the server said goodbye")
        default:
            let reason = OpenSSLErrors.take()
            state = .failed(reason.isEmpty ? "OpenSSL gave up" : reason)
        }
    }

    private func note(_ place: Int32, _ value: Int32) {
        let name = SSL_alert_desc_string_long(value).map { String(cString: $0) } ?? "?"
        alerts.append(
            Alert(
                isSent: place & SSL_CB_WRITE != 0, isFatal: value >> 8 == SSL3_AL_FATAL,
                number: UInt8(truncatingIfNeeded: value), name: name))
    }

    private func note(message type: UInt8) { if heard.count < 64 { heard.append(type) } }

    private func note(isGood: Bool, _ store: OpaquePointer) {
        if chain.isEmpty, let sent = X509_STORE_CTX_get0_untrusted(store) {
            for index in 0..<min(16, OPENSSL_sk_num(sent)) {
                guard let x509 = OPENSSL_sk_value(sent, index).map({ OpaquePointer($0) }), X509_up_ref(x509) == 1 else {
                    continue
                }
                chain.append(Certificate(adopting: x509))
            }
        }
        if !isGood, refusedDepth == nil { refusedDepth = Int(X509_STORE_CTX_get_error_depth(store)) }
    }

    /// What OpenSSL knows of the connection.
    var connection: DTLSConnection { DTLSConnection(ssl) }

    private static func of(_ ssl: OpaquePointer) -> DTLSChannel? {
        SSL_get_ex_data(ssl, 0).map { Unmanaged<DTLSChannel>.fromOpaque($0).takeUnretainedValue() }
    }

    private static var outOfMemory: CoAPError {
        CoAPError(.internal, "OpenSSL has no connection to give", cause: OpenSSLErrors.take())
    }
}
