// SPDX-License-Identifier: Apache-2.0

import Logging

/// A client's way to one server: opened, lost and opened again beneath one ``ClientSession``. Confined to the client's loop.
///
/// This part makes and ends libcoap's sessions; `ClientConnection+Requests.swift` sends on them.
final class ClientConnection: @unchecked Sendable {
    // Sendable: everything that changes is confined to the client's loop, which every entry checks.
    typealias Completion<Value> = (Result<Value, CoAPError>) -> Void

    enum State {
        case disconnected
        case connecting
        case established(ClientLink)
        case closed(CoAPError)
    }

    let core: ClientCore
    let target: ClientTarget
    let configuration: ClientConfiguration
    let logger: Logger

    private(set) var state = State.disconnected
    private(set) var info = ConnectionInfo()
    /// Counts what goes over the network for all its sessions.
    let meter: TrafficMeter

    // What is asked
    var pending: [Token: PendingRequest] = [:]
    var pings: [PendingPing] = []
    var observations: [Token: ClientObservation] = [:]
    var window: SendWindow
    /// True while what waits is being sent.
    var isSending = false
    /// Wakes when the present session may count as silent.
    var silenceTimer: TimerQueue<() -> Void>.ID?
    /// How many bodies are being streamed to the server.
    var streams = 0
    /// What tells the last upload in blocks from others (RFC 9175 §3).
    var lastRequestTag = UInt32.random(in: .min ... .max)
    /// True once the server has sent anything.
    var wasEverHeard = false

    // Attempts to connect
    private var race: AddressRace
    private var attempts: [Int: ClientLink] = [:]
    private var raceTimer: TimerQueue<() -> Void>.ID?
    private var deadline: TimerQueue<() -> Void>.ID?
    private var opening: Completion<Void>?
    /// What sees the datagrams; nil for nobody.
    private var watch: Int?
    /// Sessions that were replaced, until nobody waits for anything on them.
    private var retiring: [ClientLink] = []

    init(core: ClientCore, target: ClientTarget, configuration: ClientConfiguration, logger: Logger) {
        self.core = core
        self.target = target
        self.configuration = configuration
        self.logger = logger
        window = SendWindow(limit: configuration.transmission.maximumOutstanding)
        race = AddressRace(addresses: target.addresses.count)
        meter = TrafficMeter(loop: core.loop)
    }

    // MARK: Connecting

    /// Makes the first session; the look-up's time is taken off what it may take.
    func open(lookUp: Duration, _ completion: @escaping Completion<Void>) {
        core.loop.preconditionOnLoop()
        if case .closed(let error) = state { return completion(.failure(error)) }
        if let capture = configuration.capture, capture.wantsPackets {
            watch = core.datagrams.add(capture, peers: target.addresses)
        }
        info.lookUpDuration = lookUp
        opening = completion
        connect(within: configuration.handshakeTimeout - lookUp)
    }

    /// Starts to make a session, unless there is one or one is being made.
    func connect(within limit: Duration? = nil) {
        guard case .disconnected = state else { return }
        state = .connecting
        race = AddressRace(addresses: target.addresses.count)
        deadline = core.loop.schedule(after: max(.zero, limit ?? configuration.handshakeTimeout)) { [weak self] in
            self?.deadline = nil
            self?.handshakeTimedOut()
        }
        startAddresses()
    }

    private func startAddresses() {
        while case .connecting = state, let index = race.start(at: .now) {
            do throws(CoAPError) {
                let link = try target.link(to: index, core: core, owner: self, configuration.transmission)
                attempts[index] = link
                // Over UDP there is nothing to connect. With several addresses a ping tells which one answers.
                if !link.isDTLS {
                    if target.addresses.count == 1 { return link.establish() }
                    _ = try link.send(nil, at: .now)
                }
            } catch {
                attempts.removeValue(forKey: index)?.end()
                if let error = race.failed(index, error) { return connectionFailed(error) }
            }
        }
        guard case .connecting = state, raceTimer == nil, let next = race.nextStart(at: .now) else { return }
        raceTimer = core.loop.schedule(after: next - .now) { [weak self] in
            self?.raceTimer = nil
            self?.startAddresses()
        }
    }

    private func handshakeTimedOut() {
        guard case .connecting = state else { return }
        let tried = Array(target.addresses.prefix(race.started))
        let errors = attempts.values.map {
            $0.handshakeError(waited: configuration.handshakeTimeout, addresses: tried)
        }
        let error = errors.first { $0.code == .handshakeFailed } ?? errors.first ?? race.verdict
        connectionFailed(error ?? CoAPError(.timeout, "no session with \(target.uri.authority) within the deadline"))
    }

    /// An attempt failed; its session is gone.
    func failed(_ link: ClientLink, _ error: CoAPError) {
        guard let index = attempts.first(where: { $0.value === link })?.key else { return }
        attempts.removeValue(forKey: index)
        guard case .connecting = state else { return }
        if let error = race.failed(index, error) { return connectionFailed(error) }
        startAddresses()
    }

    private func connectionFailed(_ error: CoAPError) {
        logger.debug("session failed", metadata: [LogKey.error: "\(error)"])
        endAttempts()
        state = .disconnected
        finishOpening(.failure(error))
        failUnsent(error)
    }

    private func endAttempts() {
        for timer in [raceTimer, deadline].compactMap({ $0 }) { core.loop.cancel(timer) }
        raceTimer = nil
        deadline = nil
        let ended = attempts.values
        attempts.removeAll()
        for link in ended { link.end() }
    }

    /// A session is established; the first one wins.
    func established(_ link: ClientLink) {
        guard case .connecting = state, let index = attempts.first(where: { $0.value === link })?.key else {
            return link.end()
        }
        attempts.removeValue(forKey: index)
        endAttempts()
        state = .established(link)
        if link.liveness.wasHeard { wasEverHeard = true }
        info = ConnectionInfo(of: link, security: target.security, lookUp: info.lookUpDuration)
        logger.debug(
            "session established",
            metadata: [
                LogKey.peerAddress: "\(link.address)", LogKey.cipher: "\(info.cipherSuite ?? "none")",
            ])
        finishOpening(.success(()))
        adoptRequests(of: retiring.filter { $0.liveness.isSilent(at: .now) })
        sendWaiting()
    }

    private func finishOpening(_ result: Result<Void, CoAPError>) {
        let completion = opening
        opening = nil
        completion?(result)
    }

    // MARK: Ending

    /// Replaces the present session by a new one; requests under way on it may still be answered there.
    func renew(_ reason: String) {
        guard case .established(let link) = state else { return }
        logger.debug("connecting anew", metadata: [LogKey.error: "\(reason)"])
        leave(link)
        moveObservations(from: link) {
            if link.users > 0 { retiring.append(link) } else { link.end() }
            connect()
        }
    }

    /// Gives up a session that nobody uses, with what is still repeated on it.
    func drop(_ link: ClientLink) {
        guard case .established(let present) = state, present === link else { return }
        leave(link)
        link.end()
    }

    private func leave(_ link: ClientLink) {
        state = .disconnected
        if let silenceTimer { core.loop.cancel(silenceTimer) }
        silenceTimer = nil
        window.restart()
        for request in pending.values where request.link === link { request.holdsPlace = false }
        info = ConnectionInfo(lookUpDuration: info.lookUpDuration)
    }

    /// True for the session that requests are sent on.
    func isPresent(_ link: ClientLink) -> Bool {
        if case .established(let present) = state { present === link } else { false }
    }

    /// Lets go of a replaced session when nobody waits for anything on it.
    func releaseIfUnused(_ link: ClientLink) {
        guard link.users == 0, let index = retiring.firstIndex(where: { $0 === link }) else { return }
        retiring.remove(at: index)
        link.end()
    }

    /// A session is gone: what was under way on it fails, what waits gets a new one.
    func lost(_ link: ClientLink, _ error: CoAPError) {
        retiring.removeAll { $0 === link }
        if isPresent(link) { leave(link) }
        moveObservations(from: link) {
            failSent(on: link, error)
            if case .disconnected = state, isAnythingWaiting { connect() }
        }
    }

    /// Ends everything.
    ///
    /// - Parameter farewell: false tells the server nothing.
    func close(_ error: CoAPError, farewell: Bool = true) {
        core.loop.preconditionOnLoop()
        if case .closed = state { return }
        endAttempts()
        if case .established(let link) = state {
            leave(link)
            link.end(farewell: farewell)
        }
        let replaced = retiring
        retiring.removeAll()
        for link in replaced { link.end(farewell: farewell) }
        state = .closed(error)
        finishOpening(.failure(error))
        endObservations(error)
        failAll(error)
        guard let watch else { return }
        self.watch = nil
        // Behind the farewells.
        core.loop.schedule(after: .zero) { [core] in core.datagrams.remove(watch) }
    }
}
