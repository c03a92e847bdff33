// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

// The settings that all DTLS connections of a context share.
extension CoAPContext {
    /// libcoap makes one SSL_CTX for each context and hands it to nobody; a throw-away session towards a socket of our own
    /// shows it before its first use.
    func configureSSL(ciphers: [String]) throws(CoAPError) -> OpaquePointer {
        let target = try EndpointSocket.loopback()
        defer { Glibc.close(target.descriptor) }
        var address = target.address.libcoapAddress
        guard let session = coap_new_client_session(pointer, nil, &address, COAP_PROTO_DTLS) else {
            throw CoAPError(.internal, "libcoap cannot start DTLS", cause: OpenSSLErrors.take())
        }
        defer { coap_session_release(session) }
        guard let connection = coap_session_get_tls(session, nil),
            let context = SSL_get_SSL_CTX(OpaquePointer(connection)),
            ccoap_dtls_policy(context, CipherPolicy.list(ciphers), CipherPolicy.groups) == 1
        else { throw CoAPError(.internal, "OpenSSL refuses the cipher policy", cause: OpenSSLErrors.take()) }
        hooks.pointee.context = Unmanaged.passUnretained(self).toOpaque()
        hooks.pointee.client_start = { argument, ssl in
            guard let argument, let ssl else { return }
            Unmanaged<CoAPContext>.fromOpaque(argument).takeUnretainedValue().startConnection(ssl)
        }
        hooks.pointee.accepted = { argument, ssl, starts in
            guard let argument, let ssl else { return }
            let context = Unmanaged<CoAPContext>.fromOpaque(argument).takeUnretainedValue()
            if starts == 0 {
                context.handshakes?.freed(ssl)
                context.hellos?.ended(ssl)
                return
            }
            context.handshakes?.started(ssl)
            context.hellos?.started(ssl)
            context.useCredentials(on: ssl)
        }
        hooks.pointee.refuses = { argument, x509 in
            guard let argument, let x509 else { return 0 }
            let context = Unmanaged<CoAPContext>.fromOpaque(argument).takeUnretainedValue()
            guard let security = context.security, X509_up_ref(x509) == 1,
                let last = security.retirements.end(of: Certificate(adopting: x509))
            else { return 0 }
            return last < WallClock.seconds ? 1 : 0
        }
        hooks.pointee.closing = { argument, ssl in
            guard let argument, let ssl else { return }
            Unmanaged<CoAPContext>.fromOpaque(argument).takeUnretainedValue().afterDispatch { SSL_free(ssl) }
        }
        hooks.pointee.alert = { argument, ssl, session, sent, description in
            guard let argument else { return }
            var alert = DTLSAlert(wasSent: sent != 0, description: UInt8(truncatingIfNeeded: description))
            if let ssl, SSL_is_server(ssl) == 1 { alert.stage = ServerHandshakeStage(DTLSConnection(ssl)) }
            Unmanaged<CoAPContext>.fromOpaque(argument).takeUnretainedValue().delegate?.alert(
                alert, on: session.map(SessionHandle.init))
        }
        ccoap_dtls_set_hooks(context, hooks)
        keyLog?.follow(context: context)
        return context
    }
}
