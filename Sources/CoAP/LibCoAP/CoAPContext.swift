// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

/// A libcoap context and its place on an event loop. Every call belongs on that loop.
///
/// libcoap parses, repeats and matches messages and speaks DTLS; routing, de-duplication, separate responses, deadlines and
/// limits are the delegate's. Block-wise transfer, observation and asynchronous handlers of libcoap stay unused.
final class CoAPContext: EventSource {
    let loop: EventLoop
    let pointer: OpaquePointer
    let fileDescriptor: Int32
    private weak var delegate: (any CoAPContextDelegate)?
    private weak var server: (any CoAPServerContextDelegate)?
    private weak var client: (any CoAPClientContextDelegate)?

    private var isDispatching = false
    private var isClosed = false
    private var deferred: [() -> Void] = []

    // Reading several datagrams at each wake-up: libcoap takes one for each event it is shown.
    private var batchFactor = 1
    private var handledMessages = 0
    private let ready: UnsafeMutableBufferPointer<epoll_event>
    private let batch: UnsafeMutableBufferPointer<epoll_event>
    private static let maximumReady = 8
    private static let maximumBatchFactor = 32

    /// The largest datagram that is taken, one Ethernet frame; from 1472 on libcoap would cut datagrams silently.
    private static let largestDatagram: UInt32 = 1471

    // DTLS
    private let hooks: UnsafeMutablePointer<ccoap_dtls_hooks_t>
    private let filter: UnsafeMutablePointer<ccoap_filter_hooks_t>
    private var handshakes: HandshakeWatch?
    private var keyStore: (any PreSharedKeyStore)?
    private let keyBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 1)
    private let keyReference: UnsafeMutablePointer<coap_bin_const_t>
    private var startingConnection: DTLSClientParameters?

    init(loop: EventLoop) throws(CoAPError) {
        loop.preconditionOnLoop()
        try LibCoAP.start()
        guard let context = coap_new_context(nil) else {
            throw CoAPError(.internal, "libcoap has no memory for a context")
        }
        self.loop = loop
        pointer = context
        fileDescriptor = coap_context_get_coap_fd(context)
        ready = .allocate(capacity: Self.maximumReady)
        batch = .allocate(capacity: Self.maximumReady * Self.maximumBatchFactor)
        hooks = .allocate(capacity: 1)
        hooks.initialize(to: ccoap_dtls_hooks_t())
        filter = .allocate(capacity: 1)
        filter.initialize(to: ccoap_filter_hooks_t())
        keyReference = .allocate(capacity: 1)
        keyReference.initialize(to: coap_bin_const_t())
        coap_context_set_block_mode(context, 0)
        filter.pointee.context = Unmanaged.passUnretained(self).toOpaque()
        filter.pointee.refused = { argument, reason in
            guard let argument else { return }
            Unmanaged<CoAPContext>.fromOpaque(argument).takeUnretainedValue().delegate?.refused(
                reason == CCOAP_REFUSED_SIGNAL ? .signal : .malformed)
        }
        filter.pointee.parsed = { argument, session, type, isEmpty, messageID in
            guard let argument, let session, let type = MessageType(rawValue: UInt8(truncatingIfNeeded: type)) else {
                return
            }
            Unmanaged<CoAPContext>.fromOpaque(argument).takeUnretainedValue().parsed(
                type, isEmpty: isEmpty != 0, messageID: messageID, on: SessionHandle(session))
        }
    }

    deinit {
        precondition(isClosed, "a context must be closed on its loop before it is let go")
        ready.deallocate()
        batch.deallocate()
        hooks.deallocate()
        filter.deallocate()
        keyReference.deallocate()
        if let base = keyBuffer.baseAddress { explicit_bzero(base, keyBuffer.count) }
        keyBuffer.deallocate()
    }

    /// Starts to deliver to the delegate; DTLS is set up before.
    func start() throws(CoAPError) {
        loop.preconditionOnLoop()
        coap_set_app_data(pointer, Unmanaged.passUnretained(self).toOpaque())
        coap_register_response_handler(pointer) { session, _, received, _ in
            guard let session, let received, let context = CoAPContext.of(session) else { return COAP_RESPONSE_OK }
            context.handledMessages += 1
            let accepted = context.delegate?.received(
                response: InboundMessage(received), on: SessionHandle(session))
            return accepted == false ? COAP_RESPONSE_FAIL : COAP_RESPONSE_OK
        }
        coap_register_nack_handler(pointer) { session, sent, reason, messageID in
            guard let session, let context = CoAPContext.of(session) else { return }
            let failure: DeliveryFailure =
                switch reason {
                case COAP_NACK_TOO_MANY_RETRIES: .tooManyRetries
                case COAP_NACK_RST: .reset
                case COAP_NACK_TLS_FAILED: .dtlsFailed
                case COAP_NACK_ICMP_ISSUE: .unreachable
                default: .notDeliverable
                }
            context.delegate?.failed(
                messageID: UInt16(truncatingIfNeeded: messageID),
                token: sent.map { InboundMessage($0).token } ?? .empty, reason: failure, on: SessionHandle(session))
        }
        coap_register_event_handler(pointer) { session, event in
            guard let session, let context = CoAPContext.of(session) else { return 0 }
            let reported: SessionEvent? =
                switch event {
                case COAP_EVENT_DTLS_CONNECTED: .connected
                case COAP_EVENT_DTLS_CLOSED: .closed
                case COAP_EVENT_DTLS_ERROR: .failed
                case COAP_EVENT_SERVER_SESSION_DEL: .deleted
                default: nil
                }
            if reported == .connected, let connection = SessionHandle(session).connection {
                context.handshakes?.ended(connection.ssl)
            }
            if let reported { context.delegate?.event(reported, on: SessionHandle(session), of: context) }
            return 0
        }
        try loop.register(self)
        settle()
    }

    /// Ends every session and gives everything back. Sessions retained elsewhere must be released before.
    func close() {
        loop.preconditionOnLoop()
        guard !isClosed else { return }
        precondition(!isDispatching, "a context cannot be closed from within its own callbacks")
        isClosed = true
        loop.unregister(self)
        coap_free_context(pointer)
    }

    /// Runs the closure when libcoap is not in the middle of something: at once, or at the end of the present batch.
    func afterDispatch(_ body: @escaping () -> Void) {
        loop.preconditionOnLoop()
        if isDispatching { deferred.append(body) } else { body() }
    }

    /// Calls libcoap from outside its callbacks. A failed send reports from within the call, and whoever hears of it must not
    /// free the session beneath it: what ``afterDispatch(_:)`` is given meanwhile waits until the call is over.
    func calling<Result>(_ body: () throws(CoAPError) -> Result) throws(CoAPError) -> Result {
        loop.preconditionOnLoop()
        guard !isDispatching else { return try body() }
        isDispatching = true
        defer {
            isDispatching = false
            runDeferred()
        }
        return try body()
    }

    /// Lets libcoap reckon anew when it has to act next; needed after work outside its callbacks.
    func settle() {
        loop.preconditionOnLoop()
        guard !isDispatching, !isClosed else { return }
        var now: coap_tick_t = 0
        coap_ticks(&now)
        isDispatching = true
        _ = coap_io_prepare_epoll(pointer, now)
        isDispatching = false
        runDeferred()
    }

    private func parsed(_ type: MessageType, isEmpty: Bool, messageID: UInt16, on session: SessionHandle) {
        if let client {
            client.parsed(type, isEmpty: isEmpty, messageID: messageID, on: session)
        } else if isEmpty, type == .acknowledgement {
            server?.acknowledged(messageID: messageID, on: session)
        }
    }

    private static func of(_ session: OpaquePointer) -> CoAPContext? {
        guard let context = coap_session_get_context(session), let data = coap_get_app_data(context) else { return nil }
        return Unmanaged<CoAPContext>.fromOpaque(data).takeUnretainedValue()
    }

    // MARK: EventSource

    func becameReadable() {
        ERR_clear_error()
        let count = Int(epoll_wait(fileDescriptor, ready.baseAddress, Int32(Self.maximumReady), 0))
        guard count > 0 else { return }
        var filled = 0
        for event in ready.prefix(count) {
            // The event without a pointer is libcoap's timer. Repeating a session's event is safe because sessions are
            // released between batches only.
            for _ in 0..<(event.data.ptr == nil ? 1 : batchFactor) {
                batch[filled] = event
                filled += 1
            }
        }
        handledMessages = 0
        isDispatching = true
        ccoap_filter_watch(filter)
        coap_io_do_epoll(pointer, batch.baseAddress, filled)
        ccoap_filter_watch(nil)
        isDispatching = false
        if handledMessages >= batchFactor {
            batchFactor = min(batchFactor * 2, Self.maximumBatchFactor)
        } else if handledMessages * 2 < batchFactor {
            batchFactor = max(1, batchFactor / 2)
        }
        runDeferred()
    }

    private func runDeferred() {
        while !deferred.isEmpty {
            let bodies = deferred
            deferred.removeAll(keepingCapacity: true)
            for body in bodies { body() }
        }
    }

    // MARK: Server

    /// Has every request delivered, whatever its method and path.
    func acceptRequests(
        _ delegate: some CoAPServerContextDelegate, idleSessions: Int, handshakes: Int, idleTimeout: Duration
    ) {
        loop.preconditionOnLoop()
        self.delegate = delegate
        server = delegate
        // Zero would mean no limit to libcoap, or its own.
        coap_context_set_max_idle_sessions(pointer, UInt32(clamping: max(1, idleSessions)))
        coap_context_set_max_handshake_sessions(pointer, UInt32(clamping: max(1, handshakes)))
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
        context.server?.received(
            request: InboundMessage(request), on: SessionHandle(session), of: context, reply: ReplySlot(response))
    }

    /// Binds an endpoint; port 0 takes a free port.
    ///
    /// - Returns: the address it is bound to.
    /// - Throws: `CoAPError` with code `addressUnavailable`.
    func addEndpoint(_ address: SocketAddress, dtls: Bool) throws(CoAPError) -> SocketAddress {
        loop.preconditionOnLoop()
        // libcoap would share a port that another process holds, and one of the two would hear nothing.
        let address = try EndpointSocket.checkFree(address)
        let before = EndpointSocket.watched(by: fileDescriptor)
        var local = address.libcoapAddress
        guard let endpoint = coap_new_endpoint(pointer, &local, dtls ? COAP_PROTO_DTLS : COAP_PROTO_UDP) else {
            throw CoAPError(.addressUnavailable, "cannot listen on \(address)", cause: String(cString: strerror(errno)))
        }
        coap_endpoint_set_default_mtu(endpoint, Self.largestDatagram)
        guard let socket = EndpointSocket.watched(by: fileDescriptor).subtracting(before).first,
            let bound = EndpointSocket.localAddress(of: socket)
        else { throw CoAPError(.internal, "cannot find the socket bound to \(address)") }
        EndpointSocket.enlargeBuffers(of: socket)
        return bound
    }

    /// Sets up DTLS before the first endpoint: policy, certificate, trust and keys, all in memory. A handshake that takes
    /// longer than its timeout is ended and reported as a session that closed.
    func secureServer(_ security: ServerSecurity, handshakeTimeout: Duration) throws(CoAPError) {
        loop.preconditionOnLoop()
        let suites = CipherPolicy.suites(
            keys: security.preSharedKeys != nil, certificates: security.certificate != nil)
        guard !suites.isEmpty else {
            throw CoAPError(
                .invalidCredentials,
                "a coaps endpoint needs pre-shared keys or a certificate; give one of them, or listen on coap:// if "
                    + "plain CoAP is meant")
        }
        handshakes = HandshakeWatch(loop: loop, limit: handshakeTimeout) { [weak self] session in
            session.disconnect()
            self?.settle()
        }
        let ssl = try configureSSL(ciphers: suites)
        if let credential = security.certificate?.parsed {
            var good =
                SSL_CTX_use_certificate(ssl, credential.certificate.x509) == 1
                && SSL_CTX_use_PrivateKey(ssl, credential.privateKey) == 1
            for certificate in credential.chain { good = good && ccoap_ctx_add_chain(ssl, certificate.x509) == 1 }
            guard good else {
                throw CoAPError(
                    .invalidCredentials, "OpenSSL refuses the server's certificate or key", cause: OpenSSLErrors.take())
            }
        }
        if case .required(let anchors) = security.clientAuthentication {
            SSL_CTX_set1_cert_store(ssl, anchors.store.store)
            SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        }
        keyStore = security.preSharedKeys
        // libcoap opens a DTLS endpoint only after this call; with certificates alone the callback refuses everybody.
        var setup = coap_dtls_spsk_t()
        setup.version = UInt8(COAP_DTLS_SPSK_SETUP_VERSION)
        setup.id_call_back_arg = Unmanaged.passUnretained(self).toOpaque()
        setup.validate_id_call_back = { identity, _, argument in
            guard let identity = identity?.pointee, let argument else { return nil }
            let context = Unmanaged<CoAPContext>.fromOpaque(argument).takeUnretainedValue()
            let bytes = Array(UnsafeBufferPointer(start: identity.s, count: identity.length))
            guard let key = context.keyStore?.key(for: bytes) else { return nil }
            return context.stage(key)
        }
        guard coap_context_set_psk2(pointer, &setup) == 1 else {
            throw CoAPError(.internal, "libcoap refuses the server's DTLS settings")
        }
    }

    /// Puts a key where libcoap copies it from right after the callback.
    private func stage(_ key: Secret) -> UnsafePointer<coap_bin_const_t>? {
        guard key.count > 0, key.count <= keyBuffer.count else { return nil }
        key.withBytes { keyBuffer.copyMemory(from: $0) }
        keyReference.pointee.length = key.count
        keyReference.pointee.s = UnsafePointer(keyBuffer.baseAddress?.assumingMemoryBound(to: UInt8.self))
        return UnsafePointer(keyReference)
    }

    /// libcoap makes one SSL_CTX for each context and hands it to nobody; a throw-away session towards a socket of our own
    /// shows it before its first use.
    private func configureSSL(ciphers: [String]) throws(CoAPError) -> OpaquePointer {
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
            let watch = Unmanaged<CoAPContext>.fromOpaque(argument).takeUnretainedValue().handshakes
            if starts != 0 { watch?.started(ssl) } else { watch?.ended(ssl) }
        }
        hooks.pointee.closing = { argument, ssl in
            guard let argument, let ssl else { return }
            Unmanaged<CoAPContext>.fromOpaque(argument).takeUnretainedValue().afterDispatch { SSL_free(ssl) }
        }
        hooks.pointee.alert = { argument, session, sent, description in
            guard let argument else { return }
            Unmanaged<CoAPContext>.fromOpaque(argument).takeUnretainedValue().delegate?.alert(
                DTLSAlert(wasSent: sent != 0, description: UInt8(truncatingIfNeeded: description)),
                on: session.map(SessionHandle.init))
        }
        ccoap_dtls_set_hooks(context, hooks)
        return context
    }

    // MARK: Client

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
    func connect(to address: SocketAddress, dtls: DTLSClientParameters?) throws(CoAPError) -> SessionHandle {
        loop.preconditionOnLoop()
        startingConnection = dtls
        defer { startingConnection = nil }
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
    private func startConnection(_ ssl: OpaquePointer) {
        guard let parameters = startingConnection else { return }
        parameters.apply(to: ssl)
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
