// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

// What only a client's context does.
extension CoAPContext {
    /// Has what comes for a client's sessions delivered.
    func deliver(to delegate: some CoAPClientContextDelegate) {
        loop.preconditionOnLoop()
        self.delegate = delegate
        client = delegate
    }

    /// Sets up DTLS for a client's context: each connection brings its own credentials.
    func secureClient() throws(CoAPError) {
        loop.preconditionOnLoop()
        let ssl = try configureSSL(ciphers: CipherPolicy.suites(keys: true, certificates: true))
        // Until a connection says otherwise nobody is believed.
        SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, nil)
    }

    /// Opens a session towards a server; over DTLS the handshake starts at once. The caller holds it until
    /// ``SessionHandle/release()``.
    ///
    /// - Throws: `CoAPError` with code `unreachable` when the system knows no way to the address.
    func connect(
        to address: SocketAddress, dtls: DTLSClientParameters?, keyLog: KeyLog? = nil
    ) throws(CoAPError) -> SessionHandle {
        loop.preconditionOnLoop()
        (startingConnection, self.keyLog) = (dtls, keyLog)
        defer { (startingConnection, self.keyLog) = (nil, nil) }
        errno = 0
        var remote = address.libcoapAddress
        guard
            let session = coap_new_client_session(
                pointer, nil, &remote, dtls == nil ? COAP_PROTO_UDP : COAP_PROTO_DTLS)
        else {
            let reason = errno == 0 ? "no route" : String(cString: strerror(errno))
            throw CoAPError(.unreachable, "no way to \(address): \(reason)", cause: OpenSSLErrors.take())
        }
        // As much as a server takes: what is too large for libcoap it refuses with a reset that names no request.
        coap_session_set_mtu(session, Self.largestDatagram)
        return SessionHandle(session)
    }

    /// The settings of the one connection that is being opened, before its first byte.
    func startConnection(_ ssl: OpaquePointer) {
        guard let parameters = startingConnection else { return }
        parameters.apply(to: ssl)
        guard let keyLog else { return }
        keyLog.follow(connection: ssl)
        // The server's order counts, so what Wireshark cannot decrypt is not offered.
        SSL_set_cipher_list(ssl, CipherPolicy.list(CipherPolicy.readable(parameters.suites)))
    }

    /// The key of a client's connection.
    static func clientKey(for ssl: OpaquePointer) -> PreSharedKey? {
        session(of: ssl).flatMap { of($0)?.client?.clientKey(for: SessionHandle($0)) }
    }

    /// Tells whose certificate was refused: OpenSSL forgets it with the handshake.
    static func refused(_ certificate: Certificate, depth: Int, on ssl: OpaquePointer) {
        guard let session = session(of: ssl) else { return }
        of(session)?.client?.refused(certificate.identity, depth: depth, on: SessionHandle(session))
    }

    private static func session(of ssl: OpaquePointer) -> OpaquePointer? {
        SSL_get_ex_data(ssl, 0).map { OpaquePointer($0) }
    }
}
