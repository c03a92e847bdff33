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

    /// A request was answered; `number` stands for the route, of the peer only the kind of its identity counts.
    func answered(route: String, number: Int, code: Code, by identity: PeerIdentity, after time: Duration) {
        let kind =
            switch identity {
            case .anonymous: 0
            case .preSharedKey: 1
            case .certificate: 2
            }
        let key = (number << 8 | Int(code.rawValue)) << 2 | kind
        if let counter = requests[key] {
            counter.increment()
        } else {
            let counter = Counter(
                label: "coap.server.requests",
                dimensions: [("route", route), ("code", code.dotted), ("identity", identity.kind)], factory: factory)
            requests[key] = counter
            counter.increment()
        }
        duration.recordNanoseconds(Int64(clamping: time.clampedNanoseconds))
    }

    /// A handshake ended: `success`, the name of the client's alert or of this side's, or the reason where more is known than that:
    /// `wrong_key`, `no_shared_cipher`, `client_certificate_` with `missing`, `expired`, `not_yet_valid`, `untrusted`, `revoked`,
    /// `purpose` or `refused`, `timeout`. Or there was none: `plain_coap`.
    func handshake(_ result: String) { count(result, in: \.handshakes, "coap.dtls.handshakes", "result") }

    /// A hello did not begin a handshake: `challenged` (asked to come again with a cookie), `malformed`, `fragmented`, `crowded` (its
    /// address has its share of handshakes under way, or lost one to an address with fewer), `repeated` (a copy). Or it ended its peer's old session: `restarted`.
    func hello(_ result: String) { count(result, in: \.hellos, "coap.dtls.hellos", "result") }

    /// Something came to nothing. A request was not carried out:
    /// - `overload`, `stopping`
    /// - `type`: it came in a message that is neither confirmable nor non-confirmable
    /// - `option`: a critical option too many in a non-confirmable one
    /// - `malformed`, `signal`: no CoAP message, a code of CoAP over TCP
    /// - `address`: answered with a challenge (RFC 9175)
    /// - `digest`: the body does not match its digest
    /// - `stray`: a record of DTLS from where there is no session
    /// - `rate`: its address or identity has made too many
    /// - `multicast`: to a group, and none that is answered there
    ///
    /// A session was ended:
    /// - `credentials`: they are no longer good
    ///
    /// A confirmable response did not arrive:
    /// - `unacknowledged`, `reset` (the peer refused it), `closed` (the session ended)
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
