// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// Ends the handshakes of a server that take too long, tells which will, and remembers by which key each peer came. Confined to
/// its context's loop.
///
/// OpenSSL drops a Finished that a wrong key made, and a peer that goes on sending restarts its timers, so that libcoap would
/// keep such a handshake for three minutes. Connections are known by OpenSSL's object, whose end is heard of whatever
/// becomes of libcoap's session.
///
/// A Finished that was dropped means a wrong key, unless it was forged: then the client's own one follows, at the latest when its
/// timer repeats it, a second later as a rule (RFC 6347 §4.2.4.1). So it is told of only when the handshake is not done ``patience``
/// later, and the handshake goes on.
final class HandshakeWatch {
    private let loop: EventLoop
    private let limit: Duration
    private let stuck: (SessionHandle, ServerHandshakeStage) -> Void
    private let expired: (SessionHandle, ServerHandshakeStage) -> Void
    private var deadlines: [OpaquePointer: TimerQueue<() -> Void>.ID] = [:]
    /// The keys of connections, from the handshake to their end.
    private var keys: [OpaquePointer: PreSharedKey] = [:]
    /// The handshakes that are, or were, looked at since a Finished was dropped.
    private var looks: [OpaquePointer: TimerQueue<() -> Void>.ID] = [:]
    /// When the handshakes began that are under way.
    private var begins: [OpaquePointer: MonotonicTime] = [:]
    /// The peers that began anew while such a look was due.
    private var restarted: RestartedHandshakes

    /// How long a handshake may wait behind a Finished before that is taken for one by a wrong key.
    static let patience: Duration = .seconds(2)

    /// - Parameters:
    ///   - limit: how long a handshake may take.
    ///   - stuck: called between libcoap's batches with the session of a handshake that a wrong key keeps from being done; again
    ///     when its peer begins anew.
    ///   - expired: called between libcoap's batches with the session of a handshake that took longer, and how far that came.
    init(
        loop: EventLoop, limit: Duration, stuck: @escaping (SessionHandle, ServerHandshakeStage) -> Void,
        expired: @escaping (SessionHandle, ServerHandshakeStage) -> Void
    ) {
        self.loop = loop
        self.limit = limit
        restarted = RestartedHandshakes(memory: limit)
        self.stuck = stuck
        self.expired = expired
    }

    /// A handshake starts.
    func started(_ ssl: OpaquePointer) {
        freed(ssl)
        begins[ssl] = .now
        deadlines[ssl] = loop.schedule(after: limit) { [weak self] in
            guard let self, self.deadlines.removeValue(forKey: ssl) != nil else { return }
            let stage = ServerHandshakeStage(DTLSConnection(ssl))
            if let session = SSL_get_ex_data(ssl, 0) { self.expired(SessionHandle(OpaquePointer(session)), stage) }
        }
    }

    /// What may be the client's Finished came, and OpenSSL has seen it. One that came early counts when it comes again.
    func finished(_ ssl: OpaquePointer) {
        guard deadlines[ssl] != nil, looks[ssl] == nil, keys[ssl] != nil, DTLSConnection(ssl).awaitsFinished else {
            return
        }
        looks[ssl] = loop.schedule(after: Self.patience) { [weak self] in
            guard let self else { return }
            // Behind a look at the sockets: what came while the loop was kept busy counts.
            self.looks[ssl] = self.loop.schedule(after: .zero) { [weak self] in self?.look(at: ssl) }
        }
    }

    /// The peer begins anew, and this handshake is about to end: whoever does so again and again has a wrong key all the same.
    /// Once is not enough: the Finished before may have been forged, and the client's own one lost.
    func restarts(_ ssl: OpaquePointer) {
        guard looks[ssl] != nil, DTLSConnection(ssl).awaitsFinished, let peer = Self.peer(of: ssl),
            restarted.note(peer, at: .now)
        else { return }
        look(at: ssl)
    }

    private static func peer(of ssl: OpaquePointer) -> SocketAddress? {
        SSL_get_ex_data(ssl, 0).flatMap { SessionHandle(OpaquePointer($0)).remoteAddress }
    }

    /// Tells of a handshake that still waits. Where OpenSSL's object is gone, the timer that calls this is too.
    private func look(at ssl: OpaquePointer) {
        let connection = DTLSConnection(ssl)
        guard connection.awaitsFinished, let session = SSL_get_ex_data(ssl, 0) else { return }
        stuck(SessionHandle(OpaquePointer(session)), ServerHandshakeStage(connection))
    }

    /// A peer names an identity, and this is its key.
    func offered(_ key: PreSharedKey, on ssl: OpaquePointer) { keys[ssl] = key }

    /// The key a peer proved to know; nil when it came by another way.
    func key(of ssl: OpaquePointer) -> PreSharedKey? { keys[ssl] }

    /// When the handshake began that is just done.
    private(set) var lastBegin = MonotonicTime.now

    /// A handshake is done.
    func done(_ ssl: OpaquePointer) {
        if let peer = Self.peer(of: ssl) { restarted.forget(peer) }
        ended(ssl)
    }

    private func ended(_ ssl: OpaquePointer) {
        if let begin = begins.removeValue(forKey: ssl) { lastBegin = begin }
        if let timer = deadlines.removeValue(forKey: ssl) { loop.cancel(timer) }
        if let timer = looks.removeValue(forKey: ssl) { loop.cancel(timer) }
    }

    /// A connection is freed, whatever became of it.
    func freed(_ ssl: OpaquePointer) {
        ended(ssl)
        keys[ssl] = nil
    }
}
