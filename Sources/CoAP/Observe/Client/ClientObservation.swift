// SPDX-License-Identifier: Apache-2.0

/// One observation of a client: sends what its ``ObservationMachine`` asks for and tells it what comes back. Confined to the
/// client's loop.
final class ClientObservation: @unchecked Sendable {
    // Sendable: made by one task and handed to the client's loop, which alone uses it from then on.
    let channel = ObservationChannel()
    let token = Token.random()
    private let request: Request
    private let configuration: ObservationConfiguration
    private let connection: ClientConnection
    private var machine: ObservationMachine
    private var timer: TimerQueue<() -> Void>.ID?
    /// The registration under way.
    private var registration: PendingRequest?
    /// What the notifications come on; it is not let go of meanwhile.
    private(set) var link: ClientLink?
    private var isLeaving = false

    /// An observation of what the request asks for.
    init(_ request: Request, _ configuration: ObservationConfiguration, on connection: ClientConnection) {
        self.request = request
        self.configuration = configuration
        self.connection = connection
        machine = ObservationMachine(configuration, at: .now)
    }

    // MARK: Beginning and end

    /// Registers for the first time.
    func start() {
        connection.core.loop.preconditionOnLoop()
        guard !isLeaving else { return }
        connection.observations[token] = self
        register()
    }

    /// Has the server forget the observation (RFC 7641 §3.6); calls back when it has, or does not answer in time.
    func end(_ completion: @escaping () -> Void) {
        connection.core.loop.preconditionOnLoop()
        isLeaving = true
        stopTimer()
        if let registration {
            self.registration = nil
            // It may have arrived, and a session without users would not live to take it back.
            if let link = registration.link { attach(to: link) }
            connection.abandon(registration, ClientConnection.cancelled)
        }
        channel.add([], end: .success(nil))
        // Behind a registration that holds the only place it would cost a new session, on which it says nothing.
        guard let link, connection.isPresent(link), !machine.isOver, !connection.window.isTakenByAbandoned else {
            leave()
            return completion()
        }
        var farewell = request
        farewell.options.observe = 1
        // Whoever ends it need not wait for all repetitions, but they go on.
        var waiting: (() -> Void)? = completion
        let done = {
            waiting?()
            waiting = nil
        }
        let pending = PendingRequest(
            farewell, confirmable: true,
            timeout: max(configuration.deregistrationTimeout, connection.configuration.requestTimeout), token: token)
        timer = connection.core.loop.schedule(after: configuration.deregistrationTimeout) { [self] in
            timer = nil
            done()
        }
        connection.send(pending) { [self] _ in
            leave()
            done()
        }
    }

    /// What is left is refused, which tells a server that goes on notifying (RFC 7641 §3.6).
    private func leave() {
        stopTimer()
        if connection.observations[token] === self { connection.observations[token] = nil }
        guard let link else { return }
        detach()
        connection.tidy(link)
    }

    // MARK: What the connection reports

    /// A message with the token came; false refuses it with a reset.
    func received(_ message: InboundMessage, on from: ClientLink) -> Bool {
        let response = Response(message.code, options: message.options(), payload: message.payload())
        if isLeaving {
            // The answer to the farewell is no notification; it may come on a session that has replaced the one before.
            guard response.options.observe == nil, let farewell = connection.pending[token], from === farewell.link
            else {
                return false
            }
            connection.complete(farewell, .success(response))
            return true
        }
        guard from === link || from === registration?.link else { return false }
        // What was registered is on this session, also when others wait on it no longer.
        attach(to: from)
        if let registration, let challenge = response.challenge, registration.request.options.echo == nil {
            // The server wants to know that the client is where it says (RFC 9175 §2.4).
            self.registration = nil
            connection.complete(registration, .success(response))
            register(echo: challenge)
            return true
        }
        if let registration {
            self.registration = nil
            connection.complete(registration, .success(response))
        }
        carryOut(machine.received(response, at: .now))
        return true
    }

    /// Goes off a session that is gone or was replaced; the next registration makes its way by the present one.
    func leave(_ old: ClientLink) {
        guard link === old else { return }
        detach()
    }

    /// Registers on the session that has replaced the one before.
    func moved() { if !isLeaving { carryOut(machine.moved(at: .now)) } }

    /// The blocks of a value did not come, or, without an error, did.
    func fetched(_ error: CoAPError?) { if !isLeaving { carryOut(machine.fetched(error, at: .now)) } }

    /// The session was closed.
    func closed(_ error: CoAPError) {
        registration = nil
        if !isLeaving { carryOut(machine.close(error)) }
        link = nil
        stopTimer()
    }

    // MARK: Carrying out

    private func register(echo: [UInt8]? = nil) {
        guard registration == nil else { return }
        var request = request
        if let echo { request.options.echo = echo }
        let pending = PendingRequest(
            request, confirmable: true, timeout: connection.configuration.requestTimeout, token: token)
        registration = pending
        connection.send(pending) { [weak self] result in
            guard let self, registration === pending else { return }
            registration = nil
            // A response comes by ``received(_:on:)``, which alone knows of its session.
            guard case .failure(let error) = result else { return }
            if case .closed = connection.state { return carryOut(machine.close(error)) }
            carryOut(machine.failed(error, at: .now))
        }
    }

    private func carryOut(_ outcome: ObservationMachine.Outcome) {
        let end: ObservationChannel.Next? = outcome.error.map { .failure($0) } ?? (machine.isOver ? .success(nil) : nil)
        channel.add(outcome.states, end: end)
        if machine.isOver { return leave() }
        if outcome.registers { register() }
        watch()
    }

    /// Wakes at the machine's deadline.
    private func watch() {
        stopTimer()
        guard let deadline = machine.deadline else { return }
        timer = connection.core.loop.schedule(after: max(.zero, deadline - .now)) { [weak self] in
            guard let self else { return }
            timer = nil
            carryOut(machine.passed(at: .now))
        }
    }

    private func stopTimer() {
        if let timer { connection.core.loop.cancel(timer) }
        timer = nil
    }

    private func attach(to new: ClientLink) {
        guard link !== new else { return }
        if let link {
            detach()
            connection.tidy(link)
        }
        link = new
        new.users += 1
    }

    private func detach() {
        link?.users -= 1
        link = nil
    }
}
