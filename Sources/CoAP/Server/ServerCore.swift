// SPDX-License-Identifier: Apache-2.0

import Logging
import Metrics

/// A running server on its loop: its endpoints and sessions. What comes and goes stands in the extensions: requests,
/// exchanges, events.
final class ServerCore: @unchecked Sendable {
    // Sendable: confined to its loop; every entry from outside is submitted there.
    let loop: EventLoop
    let table: RouteTable
    let configuration: ServerConfiguration
    let admission: Admission
    let logger: Logger
    let metrics = ServerMetrics()
    var sessions: [SessionHandle: ServerSession] = [:]
    var handshakes = HandshakeResults()
    var handshakeLog = HandshakeLog()
    var strayLog = HandshakeLog(lines: 6)
    let observations: ServerObservations
    /// How many requests wait for an answer that was not ready at once.
    var pendingCount = 0
    /// How many handlers read a body whose end has not come; they are not among these.
    var readingCount = 0
    /// How many exchanges, and how many unacknowledged responses, all sessions together hold.
    var rememberedCount = 0
    var unacknowledgedCount = 0
    /// The bytes that bodies under way in blocks hold.
    var transferBytes = 0
    let echoes = EchoChallenge()
    /// The requests of each peer in a time.
    var meter: RequestMeter
    /// How many DTLS sessions are established.
    var secureCount = 0
    private(set) var isStopping = false
    private var contexts: [CoAPContext] = []
    /// What peers over DTLS have to prove.
    var security: ServerSecurity?
    var secureContext: CoAPContext?
    /// When that was last exchanged.
    var lastUpdate: MonotonicTime?
    private var multicast: MulticastResponder?
    /// What sees the datagrams; nil for nobody.
    private var watch: (datagrams: DatagramWatch, number: Int)?
    private var whenIdle: (() -> Void)?
    private var graceTimer: TimerQueue<() -> Void>.ID?
    private var sweepTimer: TimerQueue<() -> Void>.ID?

    init(loop: EventLoop, table: RouteTable, configuration: ServerConfiguration, logger: Logger) {
        self.loop = loop
        self.table = table
        self.configuration = configuration
        self.logger = logger
        admission = Admission(configuration)
        meter = RequestMeter(perAddress: configuration.addressRate, perIdentity: configuration.identityRate)
        observations = ServerObservations(configuration)
        for resource in table.observables { resource.attach(self) }
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
            var plainAddresses: [SocketAddress] = []
            let secure = endpoints.contains { $0.endpoint.scheme == .coaps }
            secureContext = secure ? try makeContext(security: security) : nil
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
                    if !isSecure { plainAddresses.append(bound) }
                }
                listening.append(CoAPURI(scheme: endpoint.scheme, host: endpoint.host, port: port))
            }
            multicast = try joinGroups(beside: plainAddresses, of: plainContext)
            startCapture()
            for context in contexts { try context.start() }
            scheduleSweep()
            return listening
        } catch {
            for resource in table.observables { resource.detach(self) }
            closeContexts()
            throw error
        }
    }

    private func makeContext(security: ServerSecurity?, isPlain: Bool = false) throws(CoAPError) -> CoAPContext {
        let context = try CoAPContext(loop: loop)
        contexts.append(context)
        context.acceptRequests(
            self,
            // Which DTLS session makes room is decided here, and earlier: libcoap counts the handshakes, too, and has every
            // datagram keep a session, decrypted or not.
            idleSessions: isPlain
                ? configuration.maximumPlainSessions
                : max(1, configuration.maximumSecureSessions) + max(1, configuration.maximumHandshakes) + 1_000,
            handshakes: configuration.maximumHandshakes,
            // The sweep comes first, where it can.
            idleTimeout: isPlain ? configuration.plainSessionTimeout : secureTimeout + .seconds(10))
        if !isPlain {
            guard let security else {
                throw CoAPError(
                    .invalidCredentials,
                    "a coaps endpoint needs pre-shared keys or a certificate; give the server its security, or listen "
                        + "on coap:// if plain CoAP is meant")
            }
            context.keyLog = configuration.capture?.keys
            try context.secureServer(
                security, handshakes: configuration.maximumHandshakes, handshakeTimeout: configuration.handshakeTimeout)
            self.security = security
        }
        return context
    }

    private func startCapture() {
        guard let capture = configuration.capture else { return }
        logger.critical("\(capture.warning)")
        guard capture.wantsPackets else { return }
        let datagrams = DatagramWatch(loop: loop)
        watch = (datagrams, datagrams.add(capture))
    }

    /// Takes no more requests, lets those under way end, and closes every session.
    func stop() async {
        let core = self
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            loop.submit {
                core.isStopping = true
                core.endObservations()
                core.whenIdle = { continuation.resume() }
                guard core.pendingCount > 0 || core.readingCount > 0 else { return core.checkIdle() }
                core.graceTimer = core.loop.schedule(after: core.configuration.shutdownGrace) {
                    core.graceTimer = nil
                    core.logger.debug("handlers are still busy, cancelling them")
                    for session in Array(core.sessions.values) {
                        core.endTransfers(of: session, unusedSince: .now)
                        core.abandon(session, answer: true)
                    }
                }
            }
        }
        await loop.run { core.close() }
    }

    /// Lets a stop go on when the last request that was under way is answered or given up.
    func checkIdle() {
        guard pendingCount == 0, readingCount == 0 else { return }
        if let graceTimer { loop.cancel(graceTimer) }
        graceTimer = nil
        let waiting = whenIdle
        whenIdle = nil
        waiting?()
    }

    private func close() {
        if let sweepTimer { loop.cancel(sweepTimer) }
        sweepTimer = nil
        for resource in table.observables { resource.detach(self) }
        for session in Array(sessions.values) {
            abandon(session, answer: false)
            if session.peer.isSecure { disconnect(session) }
        }
        closeContexts()
        metrics.sessionsChanged(by: -sessions.count)
        sessions.removeAll()
    }

    private func closeContexts() {
        multicast?.close()
        multicast = nil
        for context in contexts { context.close() }
        contexts.removeAll()
        secureContext = nil
        if let watch { watch.datagrams.remove(watch.number) }
        watch = nil
    }

    // MARK: Sessions

    func session(of handle: SessionHandle, on context: CoAPContext, now: MonotonicTime) -> ServerSession {
        if let session = ServerSession.attached(to: handle) { return session }
        let session = ServerSession(
            handle, on: context, now: now, cacheCapacity: configuration.rememberedExchanges, logger: logger)
        session.isAddressProved = needsNoProof(session.peer)
        session.payer = meter.payer(session.peer)
        handle.attachment = Unmanaged.passUnretained(session).toOpaque()
        handle.allowOutstanding(UnacknowledgedResponses.limit)
        sessions[handle] = session
        metrics.sessionsChanged(by: 1)
        return session
    }

    /// libcoap frees a session.
    func forget(_ handle: SessionHandle) {
        handle.attachment = nil
        guard let session = sessions.removeValue(forKey: handle) else { return }
        closed(session)
        abandon(session, answer: false)
        rememberedCount -= session.cache.count
        unacknowledgedCount -= session.unacknowledged.count
        change(session, \.transferBytes, \.transfers.byteCount) { session in
            for upload in session.transfers.removeAll() { giveUp(upload) }
        }
        metrics.sessionsChanged(by: -1)
    }

    private var secureTimeout: Duration { max(configuration.secureSessionTimeout, .seconds(1)) }

    private func scheduleSweep() {
        let period = min(secureTimeout / 4, .seconds(10))
        sweepTimer = loop.schedule(after: period) { [weak self] in
            guard let self else { return }
            self.sweep(at: .now)
            self.scheduleSweep()
        }
    }

    /// Forgets what has run out, and closes the DTLS sessions of peers that were not heard for too long.
    ///
    /// libcoap's own timer for that starts anew with every datagram, whether DTLS lets it through or not: a device that
    /// lost its session in a restart and keeps trying from the same port would be locked out for ever.
    private func sweep(at now: MonotonicTime) {
        let time = WallClock.seconds
        for session in sessions.values {
            change(session, \.rememberedCount, \.cache.count) { $0.cache.expire(at: now) }
            change(session, \.unacknowledgedCount, \.unacknowledged.count) { $0.unacknowledged.expire(at: now) }
            if session.transfers.oldestUse != nil {
                endTransfers(of: session, unusedSince: now.earlier(by: max(configuration.transferTimeout, .seconds(1))))
            }
            if hasRunOut(session, at: time) { continue }
            if probe(session, at: now) { continue }
            guard session.peer.isSecure, !session.isClosed, session.pending.isEmpty,
                now - session.lastHeard > secureTimeout
            else { continue }
            session.logger.debug("session closed, its peer was not heard for too long")
            disconnect(session)
        }
        summarizeHandshakes(at: now)
        for context in contexts { context.settle() }
    }

    /// What libcoap reports from within, such as the end of the connection, is heard when it is done.
    func disconnect(_ session: ServerSession) {
        try? session.context.calling { () throws(CoAPError) in session.handle.disconnect() }
    }

    /// Changes something countable of a session and the sum over all sessions with it.
    func change(
        _ session: ServerSession, _ sum: ReferenceWritableKeyPath<ServerCore, Int>,
        _ count: KeyPath<ServerSession, Int>, _ body: (ServerSession) -> Void
    ) {
        let before = session[keyPath: count]
        body(session)
        self[keyPath: sum] += session[keyPath: count] - before
    }
}
