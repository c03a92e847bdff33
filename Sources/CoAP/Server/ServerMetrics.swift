// SPDX-License-Identifier: Apache-2.0

import Metrics

/// The server's counters. Labels are bounded: routes as registered, codes, results; never a path or a peer.
/// Confined to the server's loop.
final class ServerMetrics {
    private let factory: any MetricsFactory
    /// By the route's number and the code, so that counting does not hash texts.
    private var requests: [Int: Counter] = [:]
    private var handshakes: [String: Counter] = [:]
    private var drops: [String: Counter] = [:]
    private let repetitions: Counter
    private let sessions: Gauge
    private let active: Gauge
    private let duration: Metrics.Timer

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
        repetitions = Counter(label: "coap.server.retransmissions", factory: factory)
        sessions = Gauge(label: "coap.server.active_sessions", factory: factory)
        active = Gauge(label: "coap.server.active_requests", factory: factory)
        duration = Metrics.Timer(label: "coap.server.request.duration", factory: factory)
    }

    /// A request was answered; `number` stands for the route.
    func answered(route: String, number: Int, code: Code, after time: Duration) {
        let key = number << 8 | Int(code.rawValue)
        if let counter = requests[key] {
            counter.increment()
        } else {
            let counter = Counter(
                label: "coap.server.requests", dimensions: [("route", route), ("code", code.dotted)], factory: factory)
            requests[key] = counter
            counter.increment()
        }
        duration.recordNanoseconds(Int64(clamping: time.clampedNanoseconds))
    }

    /// A handshake ended: `success`, or the name of the alert that ended it.
    func handshake(_ result: String) { count(result, in: \.handshakes, "coap.dtls.handshakes", "result") }

    /// A message was not carried out: `overload`, `type`.
    func dropped(_ reason: String) { count(reason, in: \.drops, "coap.server.drops", "reason") }

    /// A peer repeated a message.
    func repeated() { repetitions.increment() }

    /// How many sessions there are.
    func sessions(_ count: Int) { sessions.record(count) }

    /// How many requests wait for an answer that was not ready at once.
    func active(_ count: Int) { active.record(count) }

    private func count(
        _ value: String, in counters: ReferenceWritableKeyPath<ServerMetrics, [String: Counter]>, _ label: String,
        _ dimension: String
    ) {
        let counter =
            self[keyPath: counters][value]
            ?? Counter(label: label, dimensions: [(dimension, value)], factory: factory)
        self[keyPath: counters][value] = counter
        counter.increment()
    }
}
