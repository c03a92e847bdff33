// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

/// A libcoap context and its place on an event loop. Every call belongs on that loop.
///
/// libcoap parses, repeats and matches messages and speaks DTLS; routing, de-duplication, separate responses, deadlines and
/// limits are the delegate's. Block-wise transfer, observation and asynchronous handlers of libcoap stay unused. What belongs to
/// servers, to clients and to DTLS alone stands in extensions.
final class CoAPContext: EventSource {
    let loop: EventLoop
    let pointer: OpaquePointer
    let fileDescriptor: Int32
    weak var delegate: (any CoAPContextDelegate)?
    weak var server: (any CoAPServerContextDelegate)?
    weak var client: (any CoAPClientContextDelegate)?

    private var isDispatching = false
    private var isClosed = false
    private var deferred: [() -> Void] = []

    // Reading several datagrams at each wake-up: libcoap takes one for each event it is shown.
    private var drain = DrainFactor()
    var handledMessages = 0
    private let ready: UnsafeMutableBufferPointer<epoll_event>
    private let batch: UnsafeMutableBufferPointer<epoll_event>
    private static let maximumReady = 8
    /// The method of the request at hand when libcoap does not know it, and is shown a GET.
    var hiddenMethod: Code?
    /// True when a peer that has a session has begun anew in the present batch.
    var mustRestart = false

    /// The largest datagram that is taken, one Ethernet frame; from 1472 on libcoap would cut datagrams silently.
    static let largestDatagram: UInt32 = 1471

    // DTLS
    let hooks: UnsafeMutablePointer<ccoap_dtls_hooks_t>
    private let filter: UnsafeMutablePointer<ccoap_filter_hooks_t>
    var handshakes: HandshakeWatch?
    var hellos: HelloGuard?
    /// What a server's handshakes go by, and the settings they start from.
    var security: ServerSecurity?
    var sslContext: OpaquePointer?
    /// True when the security was exchanged, so that a connection libcoap made in advance may have other settings.
    var hasNewSecurity = false
    let stagedKey = StagedKey()
    var startingConnection: DTLSClientParameters?
    /// Hears the secrets of the connection that is being opened, or of all of a server's; nil for nobody.
    var keyLog: KeyLog?

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
        batch = .allocate(capacity: Self.maximumReady * DrainFactor.maximum)
        hooks = .allocate(capacity: 1)
        hooks.initialize(to: ccoap_dtls_hooks_t())
        filter = .allocate(capacity: 1)
        filter.initialize(to: ccoap_filter_hooks_t())
        coap_context_set_block_mode(context, 0)
        filter.pointee.context = Unmanaged.passUnretained(self).toOpaque()
        filter.pointee.refused = { argument, reason in
            guard let argument else { return }
            Unmanaged<CoAPContext>.fromOpaque(argument).takeUnretainedValue().delegate?.refused(
                reason == CCOAP_REFUSED_SIGNAL ? .signal : .malformed)
        }
        filter.pointee.parsed = { argument, session, pdu in
            guard let argument, let session, let pdu else { return 1 }
            let context = Unmanaged<CoAPContext>.fromOpaque(argument).takeUnretainedValue()
            return context.parsed(InboundMessage(pdu), on: SessionHandle(session)) ? 1 : 0
        }
    }

    deinit {
        precondition(isClosed, "a context must be closed on its loop before it is let go")
        ready.deallocate()
        batch.deallocate()
        hooks.deallocate()
        filter.deallocate()
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
                context.handshakes?.done(connection.ssl)
                context.hellos?.established(connection.ssl)
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

    /// False refuses the message with a reset.
    private func parsed(_ message: InboundMessage, on session: SessionHandle) -> Bool {
        if let client { return take(message, client.screen(message, on: session)) }
        let (type, code) = (message.type, message.code)
        if type == .reset {
            server?.reset(messageID: message.messageID, on: session)
        } else if code == .empty, type == .acknowledgement {
            server?.acknowledged(messageID: message.messageID, on: session)
        }
        hiddenMethod = code.isRequest && Method(rawValue: code.rawValue) == nil ? code : nil
        // It would answer others than those it knows by itself, with 4.04.
        if hiddenMethod != nil { message.recode(Method.get.code) }
        return true
    }

    private func take(_ message: InboundMessage, _ verdict: Screening) -> Bool {
        switch verdict {
        case .take: return true
        case .nonConfirmable(let messageID):
            message.become(.nonConfirmable, messageID)
            return true
        case .acknowledgement(let messageID):
            message.become(.acknowledgement, messageID)
            // As far as libcoap looks at empty messages.
            message.recode(.empty)
        case .reject: break
        }
        // Whoever floods is read as fast as others.
        handledMessages += 1
        return verdict != .reject
    }

    static func of(_ session: OpaquePointer) -> CoAPContext? {
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
            for _ in 0..<(event.data.ptr == nil ? 1 : drain.value) {
                batch[filled] = event
                filled += 1
            }
        }
        handledMessages = 0
        dispatch(filled)
        drain.note(handled: handledMessages)
        runDeferred()
        guard mustRestart else { return }
        mustRestart = false
        // Behind everything else: a connection that has ended meanwhile is freed by now, and its end was reported.
        restartSession(shownAgain: count)
        runDeferred()
    }

    private func dispatch(_ filled: Int) {
        isDispatching = true
        ccoap_filter_watch(filter)
        if let hellos {
            hellos.whileReading { coap_io_do_epoll(pointer, batch.baseAddress, filled) }
        } else {
            coap_io_do_epoll(pointer, batch.baseAddress, filled)
        }
        ccoap_filter_watch(nil)
        isDispatching = false
    }

    /// Ends the sessions of peers that have begun anew, between batches, and has libcoap read their new hellos.
    private func restartSession(shownAgain count: Int) {
        guard let hellos else { return }
        while let connection = hellos.nextRestarting() {
            guard let session = SSL_get_ex_data(connection, 0) else { continue }
            handshakes?.restarts(connection)
            server?.handshakeRestarts(on: SessionHandle(OpaquePointer(session)))
            try? calling { () throws(CoAPError) in SessionHandle(OpaquePointer(session)).disconnect() }
        }
        settle()
        // Once in a batch: peers that do nothing but begin anew must not keep the loop.
        let times = min(hellos.showHeld(), DrainFactor.maximum)
        var filled = 0
        for event in ready.prefix(count) where event.data.ptr != nil {
            for _ in 0..<times {
                batch[filled] = event
                filled += 1
            }
        }
        dispatch(filled)
        hellos.forgetHeld()
    }

    /// Ends the handshakes that have lost their places, between batches.
    func endCrowdedOut() {
        while let connection = hellos?.nextCrowdedOut() {
            guard let session = SSL_get_ex_data(connection, 0) else { continue }
            server?.handshakeCrowdedOut(on: SessionHandle(OpaquePointer(session)))
            try? calling { () throws(CoAPError) in SessionHandle(OpaquePointer(session)).disconnect() }
        }
        settle()
    }

    private func runDeferred() {
        while !deferred.isEmpty {
            let bodies = deferred
            deferred.removeAll(keepingCapacity: true)
            for body in bodies { body() }
        }
    }
}
