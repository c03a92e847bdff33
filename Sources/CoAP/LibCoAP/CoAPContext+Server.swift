// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

// What only a server's context does.
extension CoAPContext {
    /// Has every request delivered, whatever its method and path.
    func acceptRequests(
        _ delegate: some CoAPServerContextDelegate, idleSessions: Int, handshakes: Int, idleTimeout: Duration
    ) {
        loop.preconditionOnLoop()
        self.delegate = delegate
        server = delegate
        // Zero would mean no limit to libcoap, or its own.
        coap_context_set_max_idle_sessions(pointer, UInt32(clamping: max(1, idleSessions)))
        // Handshakes are limited before libcoap sees them; where its own limit is reached it has nobody in for 30 seconds.
        coap_context_set_max_handshake_sessions(pointer, UInt32(clamping: 4 * max(1, Int64(handshakes)) + 1_000))
        coap_register_ping_handler(pointer) { session, _, _ in
            guard let session, let context = CoAPContext.of(session) else { return }
            context.server?.pinged(SessionHandle(session))
        }
        coap_context_set_session_timeout(pointer, UInt32(clamping: max(1, Int64(idleTimeout.inSeconds))))
        let resources = [
            coap_resource_unknown_init(Self.onRequest),
            // libcoap answers this path by itself unless a resource of its own stands there.
            coap_new_str_const(".well-known/core", 16).flatMap {
                coap_resource_init($0, COAP_RESOURCE_FLAGS_RELEASE_URI)
            },
        ]
        for resource in resources.compactMap({ $0 }) {
            for method in Method.allCases {
                coap_register_request_handler(resource, coap_request_t(UInt32(method.rawValue)), Self.onRequest)
            }
            coap_add_resource(pointer, resource)
        }
    }

    private static let onRequest: coap_method_handler_t = { _, session, request, _, response in
        guard let session, let request, let response, let context = CoAPContext.of(session) else { return }
        context.handledMessages += 1
        let message = InboundMessage(request)
        if let method = context.hiddenMethod { message.recode(method) }
        context.server?.received(
            request: message, on: SessionHandle(session), of: context, reply: ReplySlot(response))
    }

    /// Binds an endpoint; port 0 takes a free port.
    ///
    /// - Returns: the address it is bound to.
    /// - Throws: `CoAPError` with code `addressUnavailable`.
    func addEndpoint(_ address: SocketAddress, dtls: Bool) throws(CoAPError) -> SocketAddress {
        loop.preconditionOnLoop()
        let before = EndpointSocket.watched(by: fileDescriptor)
        let endpoint = try makeEndpoint(address, dtls: dtls)
        coap_endpoint_set_default_mtu(endpoint, Self.largestDatagram)
        guard let socket = EndpointSocket.watched(by: fileDescriptor).subtracting(before).first,
            let bound = EndpointSocket.localAddress(of: socket)
        else { throw CoAPError(.internal, "cannot find the socket bound to \(address)") }
        EndpointSocket.makeExclusive(socket)
        hearOwnGroupsOnly(socket)
        EndpointSocket.enlargeBuffers(of: socket)
        if dtls { hellos?.add(socket) }
        return bound
    }

    private func makeEndpoint(_ wanted: SocketAddress, dtls: Bool) throws(CoAPError) -> OpaquePointer {
        var attempts = 0
        while true {
            // libcoap would share a port that another process holds, and one of the two would hear nothing.
            let address = try EndpointSocket.checkFree(wanted)
            var local = address.libcoapAddress
            if let endpoint = coap_new_endpoint(pointer, &local, dtls ? COAP_PROTO_DTLS : COAP_PROTO_UDP) {
                return endpoint
            }
            let number = errno
            attempts += 1
            // A port that was free a moment ago may be somebody's by now; where any will do, another one is as good.
            guard wanted.port == 0, number == EADDRINUSE, attempts < 10 else {
                throw CoAPError(
                    .addressUnavailable, "cannot listen on \(wanted)", cause: String(cString: strerror(number)))
            }
        }
    }

    /// Sets up DTLS before the first endpoint: policy, certificate, trust and keys, all in memory. A handshake that takes
    /// longer than its timeout is ended and reported as a session that closed; of so many at once each address has its share.
    func secureServer(
        _ security: ServerSecurity, handshakes places: Int, handshakeTimeout: Duration
    ) throws(CoAPError) {
        loop.preconditionOnLoop()
        let suites = try self.suites(for: security)
        handshakes = HandshakeWatch(
            loop: loop, limit: handshakeTimeout,
            stuck: { [weak self] session, stage in self?.server?.handshakeStuck(on: session, at: stage) },
            expired: { [weak self] session, stage in
                self?.server?.handshakeExpired(on: session, at: stage)
                session.disconnect()
                self?.settle()
            })
        hellos = HelloGuard(handshakes: places) { [weak self] report in
            guard let self else { return }
            if case .finished(let connection) = report {
                self.afterDispatch { [weak self] in self?.handshakes?.finished(connection) }
            }
            self.server?.hello(report)
            switch report {
            case .restarted: self.mustRestart = true
            case .crowdedOut: self.afterDispatch { [weak self] in self?.endCrowdedOut() }
            default: break
            }
        }
        let ssl = try configureSSL(ciphers: suites)
        ccoap_gate_install(ssl)
        sslContext = ssl
        try use(security)
        // libcoap opens a DTLS endpoint only after this call; with certificates alone the callback refuses everybody.
        var setup = coap_dtls_spsk_t()
        setup.version = UInt8(COAP_DTLS_SPSK_SETUP_VERSION)
        setup.id_call_back_arg = Unmanaged.passUnretained(self).toOpaque()
        setup.validate_id_call_back = { identity, session, argument in
            guard let identity = identity?.pointee, let session, let argument else { return nil }
            let context = Unmanaged<CoAPContext>.fromOpaque(argument).takeUnretainedValue()
            let bytes = Array(UnsafeBufferPointer(start: identity.s, count: identity.length))
            guard let key = context.security?.preSharedKeys?.entry(for: bytes),
                let connection = SessionHandle(session).connection
            else { return nil }
            context.handshakes?.offered(key, on: connection.ssl)
            return context.stagedKey.stage(key.key)
        }
        guard coap_context_set_psk2(pointer, &setup) == 1 else {
            throw CoAPError(.internal, "libcoap refuses the server's DTLS settings")
        }
    }
}
