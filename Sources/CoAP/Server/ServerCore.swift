// SPDX-License-Identifier: Apache-2.0

import Logging
import Metrics

/// A running server on its loop: sessions, exchanges and their limits.
final class ServerCore: @unchecked Sendable {
    // Sendable: confined to its loop; every entry from outside is submitted there.
    private let loop: EventLoop
    private let table: RouteTable
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let metrics: ServerMetrics
    private var contexts: [CoAPContext] = []
    private var sessions: [SessionHandle: ServerSession] = [:]
    private var pendingCount = 0 { didSet { metrics.active(pendingCount) } }
    private var isStopping = false
    private var whenIdle: (() -> Void)?

    init(loop: EventLoop, table: RouteTable, configuration: ServerConfiguration, logger: Logger) {
        self.loop = loop
        self.table = table
        self.configuration = configuration
        self.logger = logger
        metrics = ServerMetrics()
    }

    // MARK: Start and stop

    /// Opens the endpoints.
    ///
    /// - Returns: where the server listens, in the order of the endpoints.
    func open(
        _ endpoints: [(endpoint: ServerEndpoint, addresses: [SocketAddress])], security: ServerSecurity?
    ) throws(CoAPError) -> [CoAPURI] {
        loop.preconditionOnLoop()
        do {
            var listening: [CoAPURI] = []
            let secure = endpoints.contains { $0.endpoint.scheme == .coaps }
            let secureContext = secure ? try makeContext(security: security) : nil
            let plain = endpoints.contains { $0.endpoint.scheme == .coap }
            let plainContext = plain ? try makeContext(security: nil, isPlain: true) : nil
            for (endpoint, addresses) in endpoints {
                let isSecure = endpoint.scheme == .coaps
                guard let context = isSecure ? secureContext : plainContext else { continue }
                var port = endpoint.port
                for address in addresses {
                    let wanted = try SocketAddress(bytes: address.bytes, port: port, scope: address.scope)
                    let bound = try context.addEndpoint(wanted, dtls: isSecure)
                    // Every address of one name listens on the same port.
                    port = bound.port
                }
                listening.append(CoAPURI(scheme: endpoint.scheme, host: endpoint.host, port: port))
            }
            for context in contexts { try context.start() }
            return listening
        } catch {
            closeContexts()
            throw error
        }
    }

    private func makeContext(security: ServerSecurity?, isPlain: Bool = false) throws(CoAPError) -> CoAPContext {
        let context = try CoAPContext(loop: loop)
        contexts.append(context)
        context.delegate = self
        context.acceptRequests(
            idleSessions: isPlain ? configuration.maximumPlainSessions : configuration.maximumSecureSessions,
            handshakes: configuration.maximumHandshakes,
            idleTimeout: isPlain ? configuration.plainSessionTimeout : configuration.secureSessionTimeout)
        if !isPlain {
            guard let security else {
                throw CoAPError(
                    .invalidCredentials,
                    "a coaps endpoint needs pre-shared keys or a certificate; give the server its security, or listen "
                        + "on coap:// if plain CoAP is meant")
            }
            try context.secureServer(security, handshakeTimeout: configuration.handshakeTimeout)
        }
        return context
    }

    /// Takes no more requests, lets those under way end, and closes every session.
    func stop() async {
        let core = self
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            loop.submit {
                core.isStopping = true
                guard core.pendingCount > 0 else { return continuation.resume() }
                core.whenIdle = { continuation.resume() }
                core.loop.schedule(after: core.configuration.shutdownGrace) {
                    core.logger.debug("handlers are still busy, cancelling them")
                    for session in Array(core.sessions.values) { core.abandon(session, answer: true) }
                }
            }
        }
        await loop.run { core.close() }
    }

    private func close() {
        for session in Array(sessions.values) {
            abandon(session, answer: false)
            if session.peer.isSecure { session.handle.disconnect() }
        }
        closeContexts()
        sessions.removeAll()
        metrics.sessions(0)
    }

    private func closeContexts() {
        for context in contexts { context.close() }
        contexts.removeAll()
    }

    // MARK: Sessions

    private func session(of handle: SessionHandle, on context: CoAPContext, now: MonotonicTime) -> ServerSession {
        if let attached = handle.attachment {
            return Unmanaged<ServerSession>.fromOpaque(attached).takeUnretainedValue()
        }
        let session = ServerSession(
            handle, on: context, now: now, cacheCapacity: configuration.rememberedExchanges)
        handle.attachment = Unmanaged.passUnretained(session).toOpaque()
        handle.allowOutstanding(64)
        sessions[handle] = session
        metrics.sessions(sessions.count)
        return session
    }

    /// Gives up every request of a session that waits for its answer.
    private func abandon(_ session: ServerSession, answer: Bool) {
        for exchange in Array(session.pending.values) {
            exchange.task?.cancel()
            if answer {
                complete(exchange, .diagnostic(.serviceUnavailable, "the server is stopping"))
            } else {
                exchange.state.abandon()
                session.cache.forget(exchange.request.messageID)
                finish(exchange)
            }
        }
    }

    /// The last step of an exchange whose answer was not ready at once.
    private func finish(_ exchange: ServerExchange) {
        guard exchange.isDeferred else { return }
        exchange.isDeferred = false
        exchange.task = nil
        if let timer = exchange.timer { loop.cancel(timer) }
        exchange.timer = nil
        let session = exchange.request.session
        session.pending[exchange.request.messageID] = nil
        pendingCount -= 1
        // The session may go away with its last holder, so not in the middle of libcoap's own work.
        session.context.afterDispatch { session.handle.release() }
        if pendingCount == 0 {
            whenIdle?()
            whenIdle = nil
        }
    }
}

// MARK: - Requests

extension ServerCore: CoAPContextDelegate {
    func received(
        request message: InboundMessage, on handle: SessionHandle, of context: CoAPContext, reply: ReplySlot
    ) {
        let type = message.type
        // libcoap hands on requests in acknowledgements, which RFC 7252 §4.2 tells to ignore.
        guard type == .confirmable || type == .nonConfirmable, let method = Method(rawValue: message.code.rawValue)
        else {
            metrics.dropped("type")
            return reply.silence()
        }
        let now = MonotonicTime.now
        let session = session(of: handle, on: context, now: now)
        session.lastRequest = now
        switch session.cache.lookup(message.messageID, at: now) {
        case .new: start(message, method, on: session, now: now, reply: reply)
        case .pending(let exchange):
            metrics.repeated()
            if exchange.state.duplicate() == .sendEmptyAcknowledgement {
                reply.acknowledge()
            } else {
                reply.silence()
            }
        case .answered(let response):
            metrics.repeated()
            reply.fill(response)
        case .done:
            metrics.repeated()
            if type == .confirmable { reply.acknowledge() } else { reply.silence() }
        }
    }

    private func start(
        _ message: InboundMessage, _ method: Method, on session: ServerSession, now: MonotonicTime, reply: ReplySlot
    ) {
        let request = Request(method: method, options: message.options(), payload: message.payload())
        if let refusal = refusal(of: request, on: session) {
            metrics.answered(route: "refused", number: -2, code: refusal.code, after: .zero)
            reply.fill(refusal)
            return
        }
        let token = message.token
        let type = message.type
        let context = table.locate(
            request, RequestContext(peer: session.peer, messageType: type, token: token, logger: logger))
        let received = ReceivedRequest(
            session: session, messageID: message.messageID, token: token, type: type, method: method,
            noResponse: request.options.noResponse ?? 0, route: context.route,
            routeNumber: context.match?.number ?? -1, started: now)
        // Most handlers need not wait: their answers cost neither task nor exchange.
        if let response = table.immediateResponse(to: request, context) {
            return fill(reply, with: response, received)
        }
        let exchange = ServerExchange(received)
        launch(request, context, exchange)
        if let response = exchange.inlineResponse {
            exchange.inlineResponse = nil
            fill(reply, with: response, received)
        } else {
            reply.silence()
            putOff(exchange, now: now)
        }
    }

    /// What is refused before any handler sees it.
    private func refusal(of request: Request, on session: ServerSession) -> Response? {
        if isStopping || session.pending.count >= configuration.maximumRequestsPerSession
            || pendingCount >= configuration.maximumRequests
        {
            metrics.dropped(isStopping ? "stopping" : "overload")
            var refusal = Response.diagnostic(.serviceUnavailable, isStopping ? "stopping" : "too many requests")
            refusal.options.maxAge = 5
            return refusal
        }
        // Block1 in a body of more than one block: what is missing cannot be put together.
        if let block = request.options.uint(.block1), block & 0x8 != 0 || block >> 4 != 0 {
            return tooLarge()
        }
        if let block = request.options.uint(.block2), block >> 4 != 0 {
            return .diagnostic(.badOption, "there is only one block")
        }
        return request.payload.count > configuration.maximumBodySize ? tooLarge() : nil
    }

    private func tooLarge() -> Response {
        let limit = min(configuration.maximumBodySize, 1024)
        var refusal = Response.diagnostic(.requestEntityTooLarge, "a body here has at most \(limit) bytes")
        refusal.options.size1 = UInt32(limit)
        return refusal
    }

    /// Starts the handler; it runs inline up to its first suspension and may be done when this returns.
    ///
    /// Not isolated to an actor: from there the task would always leave the loop first.
    private func launch(_ request: Request, _ context: RequestContext, _ exchange: ServerExchange) {
        let core = self
        let task = Task.immediate(executorPreference: loop) { [table] in
            let response = await table.response(to: request, context)
            core.complete(exchange, response)
        }
        if exchange.inlineResponse == nil { exchange.task = task }
    }

    /// The handler's answer, on the loop by the task's executor preference.
    private func complete(_ exchange: ServerExchange, _ response: Response) {
        loop.preconditionOnLoop()
        let action = exchange.state.responseReady()
        if action == .fillReply {
            exchange.inlineResponse = response
            return
        }
        guard action != .none else { return }
        let request = exchange.request
        let response = fitting(response, request)
        let now = MonotonicTime.now
        note(request, response, isSeparate: action != .sendPiggybacked, now: now)
        report(request, response, now: now)
        send(action, response, request)
        finish(exchange)
    }

    /// The response, or 5.00 in place of one that is larger than a message.
    private func fitting(_ response: Response, _ request: ReceivedRequest) -> Response {
        let room = request.session.handle.maximumMessageSize - Int(request.token.count)
        if response.fits(room) { return response }
        logger.error(
            "response does not fit one message",
            metadata: [
                LogKey.route: "\(request.route)",
                LogKey.error: "\(response.payload.count) bytes of payload, \(room) bytes of room",
            ])
        return Response(.internalServerError)
    }

    private func send(_ action: ExchangeState.Action, _ response: Response, _ request: ReceivedRequest) {
        let handle = request.session.handle
        guard !request.session.isClosed, handle.isEstablished else { return }
        let isSuppressed = request.suppresses(response.code)
        do {
            try request.session.context.calling { () throws(CoAPError) in
                switch action {
                case .sendPiggybacked where isSuppressed, .sendEmptyAcknowledgement:
                    try handle.send(.acknowledgement, .empty, messageID: request.messageID)
                case .sendPiggybacked:
                    try handle.send(
                        .acknowledgement, response.code, messageID: request.messageID, token: request.token,
                        options: response.options, payload: response.payload)
                case .sendSeparate(let type) where !isSuppressed:
                    try handle.send(
                        type, response.code, token: request.token, options: response.options, payload: response.payload)
                default: break
                }
            }
        } catch {
            logger.error("response was not sent", metadata: [LogKey.error: "\(error)"])
        }
    }

    private func fill(_ reply: ReplySlot, with response: Response, _ request: ReceivedRequest) {
        let response = fitting(response, request)
        reply.fill(response)
        let now = MonotonicTime.now
        if !request.method.isSafe { note(request, response, isSeparate: false, now: now) }
        report(request, response, now: now)
    }

    /// Remembers the answer for the case that the request comes again.
    private func note(_ request: ReceivedRequest, _ response: Response, isSeparate: Bool, now: MonotonicTime) {
        let keepsResponse = request.isConfirmable && !isSeparate && !request.suppresses(response.code)
        request.session.cache.note(
            request.messageID, keepsResponse ? .answered(response) : .done,
            lifetime: request.isConfirmable ? ExchangeCache.exchangeLifetime : ExchangeCache.nonLifetime, at: now)
    }

    private func report(_ request: ReceivedRequest, _ response: Response, now: MonotonicTime) {
        let time = now - request.started
        metrics.answered(route: request.route, number: request.routeNumber, code: response.code, after: time)
        guard logger.logLevel <= .debug else { return }
        let peer = request.session.peer
        logger.debug(
            "request answered",
            metadata: [
                LogKey.method: "\(request.method)", LogKey.route: "\(request.route)",
                LogKey.code: "\(response.code.dotted)", LogKey.messageType: "\(request.type)",
                LogKey.token: "\(request.token)", LogKey.peerIdentity: "\(peer.identity)",
                LogKey.peerAddress: "\(peer.address?.description ?? "")", LogKey.duration: "\(time)",
            ])
    }

    /// The callback ends without an answer: the exchange goes on by itself.
    private func putOff(_ exchange: ServerExchange, now: MonotonicTime) {
        exchange.state.callbackEnded()
        exchange.isDeferred = true
        let request = exchange.request
        request.session.pending[request.messageID] = exchange
        request.session.cache.note(
            request.messageID, .pending(exchange), lifetime: ExchangeCache.exchangeLifetime, at: now)
        request.session.handle.retain()
        pendingCount += 1
        exchange.timer = loop.schedule(after: configuration.acknowledgementDelay) { [weak self] in
            guard let self else { return }
            self.send(exchange.state.acknowledgementDue(), Response(.empty), request)
            exchange.timer = self.loop.schedule(after: self.configuration.handlerTimeout) { [weak self] in
                exchange.timer = nil
                self?.logger.warning("handler timed out", metadata: [LogKey.route: "\(request.route)"])
                exchange.task?.cancel()
                self?.complete(exchange, .diagnostic(.serviceUnavailable, "the resource took too long"))
            }
        }
    }

    // MARK: Everything else

    func received(response: InboundMessage, on session: SessionHandle) -> Bool { false }

    func failed(messageID: UInt16, token: Token, reason: DeliveryFailure, on session: SessionHandle) {
        logger.debug(
            "response was not acknowledged",
            metadata: [LogKey.token: "\(token)", LogKey.error: "\(reason)"])
        metrics.dropped("unacknowledged")
    }

    func event(_ event: SessionEvent, on handle: SessionHandle, of context: CoAPContext) {
        switch event {
        case .connected:
            let session = session(of: handle, on: context, now: .now)
            metrics.handshake("success")
            logger.debug(
                "session established",
                metadata: [
                    LogKey.peerIdentity: "\(session.peer.identity)",
                    LogKey.peerAddress: "\(session.peer.address?.description ?? "")",
                    LogKey.cipher: "\(session.peer.cipherSuite ?? "")",
                ])
        case .closed:
            guard let attached = handle.attachment else { return }
            let session = Unmanaged<ServerSession>.fromOpaque(attached).takeUnretainedValue()
            session.isClosed = true
            abandon(session, answer: false)
        case .deleted:
            guard handle.attachment != nil else { return }
            handle.attachment = nil
            if let session = sessions.removeValue(forKey: handle) {
                session.isClosed = true
                abandon(session, answer: false)
            }
            metrics.sessions(sessions.count)
        case .failed: break
        }
    }

    func alert(_ alert: DTLSAlert, on session: SessionHandle?) {
        guard !alert.isFarewell else { return }
        metrics.handshake(alert.name)
        logger.debug(
            "DTLS alert",
            metadata: [
                LogKey.alert: "\(alert.name) \(alert.wasSent ? "sent" : "received")",
                LogKey.peerAddress: "\(session?.remoteAddress?.description ?? "")",
            ])
    }

    func refused(_ reason: MessageRefusal) { metrics.dropped(reason.rawValue) }

    func refused(_ certificate: CertificateIdentity, depth: Int, on session: SessionHandle) {}

    func parsed(_ type: MessageType, isEmpty: Bool, messageID: UInt16, of context: CoAPContext) {}

    func clientKey(for session: SessionHandle) -> PreSharedKey? { nil }
}
