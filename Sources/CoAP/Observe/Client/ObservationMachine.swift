// SPDX-License-Identifier: Apache-2.0

/// What one observation does when: a value without I/O that is told what happens and says what to do (RFC 7641 §3).
struct ObservationMachine {
    /// What to do now.
    struct Outcome {
        /// What to tell, in this order.
        var states: [ObservationState] = []
        /// True when a registration is to be sent.
        var registers = false
        /// Why nothing can come of the observation at all.
        var error: CoAPError?
    }

    private enum Phase {
        /// A registration is under way.
        case registering
        /// Notifications are awaited; a new registration is due at a time.
        case observing(until: ContinuousClock.Instant)
        /// A registration failed; the next one is due at a time.
        case waiting(until: ContinuousClock.Instant)
        case ended
    }

    /// Max-Age where the response does not say (RFC 7252 §5.10.5).
    static let defaultMaxAge: UInt32 = 60

    /// No server has a client wait for longer.
    static let longestPause: Duration = .seconds(3600)

    private let configuration: ObservationConfiguration
    private let random: () -> Double
    private var phase = Phase.registering
    private var order = NotificationOrder()
    /// Until when the last value is fresh; before there is one, when the observation began.
    private var freshUntil: ContinuousClock.Instant
    private var isStale = false
    /// True when the next value comes from another connection than the last one.
    private var hasMoved = false
    private var hasAnswer = false
    private var failures = 0
    /// Why the last registration failed, and whether that was told.
    private var failure: CoAPError?
    private var toldFailure: CoAPError.Code?
    /// How many values one after the other did not come whole.
    private var misses = 0
    /// When the last value came.
    private var valueAt: ContinuousClock.Instant?

    /// An observation whose first registration is sent now.
    ///
    /// - Parameter random: numbers from 0 to 1.
    init(
        _ configuration: ObservationConfiguration, at now: ContinuousClock.Instant,
        random: @escaping () -> Double = { .random(in: 0..<1) }
    ) {
        self.configuration = configuration
        self.random = random
        freshUntil = now
    }

    /// True when nothing more will come.
    var isOver: Bool { if case .ended = phase { true } else { false } }

    /// When ``passed(at:)`` must be called; nil when there is nothing to wait for.
    var deadline: ContinuousClock.Instant? {
        switch phase {
        case .ended: nil
        case .registering: staleFrom
        case .observing(let until), .waiting(let until): staleFrom.map { min($0, until) } ?? until
        }
    }

    private var staleFrom: ContinuousClock.Instant? {
        hasAnswer && !isStale ? freshUntil + configuration.tolerance : nil
    }

    /// A response or notification came for the registration's token.
    mutating func received(_ response: Response, at now: ContinuousClock.Instant) -> Outcome {
        if isOver { return Outcome() }
        if hasAnswer, response.code == .serviceUnavailable || response.code == .tooManyRequests {
            // A server that is started anew, or has too much to do: its own word for how long (RFC 7252 §5.9.3.4, RFC 8516).
            phase = .registering
            return failed(
                CoAPError(.limitReached, "the server answered \(response.code)"), at: now,
                atLeast: .seconds(Int64(response.options.maxAge ?? 0)))
        }
        guard response.code.isSuccess else {
            phase = .ended
            return Outcome(states: [.ended(.response(response))])
        }
        let sequence = response.options.observe.map { $0 & 0xFF_FFFF }
        if let sequence, !order.accept(sequence, at: now) { return Outcome() }
        var states: [ObservationState] = isStale || hasMoved ? [.resumed] : []
        states.append(.value(.init(response, sequence: sequence)))
        guard sequence != nil else {
            phase = .ended
            return Outcome(states: states + [.ended(.notObserved)])
        }
        isStale = false
        failure = nil
        hasMoved = false
        hasAnswer = true
        failures = 0
        valueAt = now
        freshUntil = now + .seconds(Int64(response.options.maxAge ?? Self.defaultMaxAge))
        let (least, most) = (configuration.minimumRenewalDelay, configuration.maximumRenewalDelay)
        phase = .observing(until: freshUntil + least + max(.zero, most - least) * random())
        return Outcome(states: states)
    }

    /// A registration failed.
    ///
    /// - Parameter least: the shortest wait, where the server has said one.
    mutating func failed(
        _ error: CoAPError, at now: ContinuousClock.Instant, atLeast least: Duration = .zero
    ) -> Outcome {
        guard case .registering = phase else { return Outcome() }
        failures += 1
        if !hasAnswer && !Self.isWorthWaiting(error) {
            phase = .ended
            return Outcome(error: error)
        }
        var states: [ObservationState] = []
        // Before the first value there is no Max-Age to wait for.
        failure = error
        if isStale ? toldFailure != error.code : !hasAnswer || freshUntil <= now { states.append(becomeStale()) }
        if let limit = configuration.maximumFailedRegistrations, failures >= limit {
            phase = .ended
            return Outcome(states: states + [.ended(.gaveUp(error))])
        }
        let doubled = configuration.retryDelay * (1 << min(failures - 1, 16))
        wait(min(doubled, configuration.maximumRetryDelay), from: now + min(least, Self.longestPause))
        return Outcome(states: states)
    }

    /// The other blocks of a value came, or did not (RFC 7959 §2.6): then a new registration brings it, or a newer one.
    mutating func fetched(_ error: CoAPError?, at now: ContinuousClock.Instant) -> Outcome {
        guard let error else {
            misses = 0
            return Outcome()
        }
        guard case .observing = phase else { return Outcome() }
        misses += 1
        if let limit = configuration.maximumFailedRegistrations, misses >= limit {
            phase = .ended
            return Outcome(states: [.ended(.gaveUp(error))])
        }
        wait(min(configuration.retryDelay * (1 << min(misses - 1, 16)), configuration.maximumRetryDelay), from: now)
        return Outcome()
    }

    /// Waits for a time of which up to half is taken off at random.
    private mutating func wait(_ delay: Duration, from now: ContinuousClock.Instant) {
        phase = .waiting(until: now + delay - delay * (random() / 2))
    }

    /// The connection the notifications came on is gone; another one is being made.
    mutating func moved(at now: ContinuousClock.Instant) -> Outcome {
        if isOver { return Outcome() }
        hasMoved = hasAnswer
        guard case .observing = phase else { return Outcome() }
        // A server that answers and closes would be shaken hands with without end.
        if let valueAt, now < valueAt + configuration.retryDelay {
            wait(configuration.retryDelay, from: now)
            return Outcome()
        }
        return register()
    }

    /// The time of ``deadline`` has come.
    mutating func passed(at now: ContinuousClock.Instant) -> Outcome {
        var states: [ObservationState] = []
        if let staleFrom, staleFrom <= now, !isOver { states.append(becomeStale()) }
        switch phase {
        case .observing(let until) where until <= now, .waiting(let until) where until <= now:
            // A new registration finds what went wrong, or brings the value.
            if !isStale, freshUntil <= now { states.append(becomeStale()) }
            var outcome = register()
            outcome.states = states
            return outcome
        default: return Outcome(states: states)
        }
    }

    /// Nothing more is wanted.
    mutating func close(_ error: CoAPError) -> Outcome {
        if isOver { return Outcome() }
        phase = .ended
        return Outcome(states: [.ended(.closed(error))])
    }

    private mutating func becomeStale() -> ObservationState {
        isStale = true
        toldFailure = failure?.code
        return .stale(since: freshUntil, cause: failure)
    }

    private mutating func register() -> Outcome {
        phase = .registering
        // A server that was started anew counts anew, and what was sent before is older than the answer by its Max-Age.
        order.reset()
        return Outcome(registers: true)
    }

    /// True for what may be over the next time; a first registration that fails otherwise is told at once.
    private static func isWorthWaiting(_ error: CoAPError) -> Bool {
        [.timeout, .closed, .limitReached].contains(error.code)
    }
}
