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
    private var hellos: [String: Counter] = [:]
    private let repetitions: Counter
    private let evictions: Counter
    // Moved by differences and not set: several servers of one process add up.
    private let sessions: Meter
    private let active: Meter
    private let duration: Metrics.Timer

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
        repetitions = Counter(label: "coap.server.retransmissions", factory: factory)
        evictions = Counter(label: "coap.server.evictions", factory: factory)
        sessions = Meter(label: "coap.server.active_sessions", factory: factory)
        active = Meter(label: "coap.server.active_requests", factory: factory)
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

    /// A handshake ended: `success`, the name of the alert that ended it, or `timeout`, as with a wrong key.
    func handshake(_ result: String) { count(result, in: \.handshakes, "coap.dtls.handshakes", "result") }

    /// A hello did not begin a handshake: `challenged` (asked to come again with a cookie), `malformed`, `fragmented`, `crowded` (its
    /// address has its share of handshakes under way), `repeated` (a copy). Or it ended its peer's old session: `restarted`.
    func hello(_ result: String) { count(result, in: \.hellos, "coap.dtls.hellos", "result") }

    /// A request was not carried out: `overload`, `stopping`, `type` (no confirmable or non-confirmable message), `option`
    /// (a critical option too many in a non-confirmable one), `malformed`, `signal` (a code of CoAP over TCP), `address` (answered
    /// with a challenge, RFC 9175), `multicast` (to a group, and none that is answered there), `stray` (a record of DTLS from where
    /// there is no session), `rate` (its address or identity has made too many). Or a
    /// confirmable response did not arrive: `unacknowledged`, `reset` (the peer refused it), `closed` (the session ended).
    func dropped(_ reason: String) { count(reason, in: \.drops, "coap.server.drops", "reason") }

    /// A peer repeated a message.
    func repeated() { repetitions.increment() }

    /// A session was closed to make room for another one.
    func evicted() { evictions.increment() }

    /// Sessions came or went.
    func sessionsChanged(by difference: Int) { Self.move(sessions, by: difference) }

    /// Requests began to wait for an answer that was not ready at once, or ended.
    func activeChanged(by difference: Int) { Self.move(active, by: difference) }

    private static func move(_ meter: Meter, by difference: Int) {
        if difference < 0 { meter.decrement(by: Double(-difference)) } else { meter.increment(by: Double(difference)) }
    }

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
