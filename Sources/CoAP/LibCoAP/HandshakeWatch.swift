// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// Ends the handshakes of a server that take too long, and remembers by which key each peer came. Confined to its context's loop.
///
/// OpenSSL drops a Finished that a wrong key made, and a peer that goes on sending restarts its timers, so that libcoap would
/// keep such a handshake for three minutes. Connections are known by OpenSSL's object, whose end is heard of whatever
/// becomes of libcoap's session.
final class HandshakeWatch {
    private let loop: EventLoop
    private let limit: Duration
    private let expired: (SessionHandle, ServerHandshakeStage) -> Void
    private var deadlines: [OpaquePointer: TimerQueue<() -> Void>.ID] = [:]
    /// The keys of connections, from the handshake to their end.
    private var keys: [OpaquePointer: PreSharedKey] = [:]
    /// When the handshakes began that are under way.
    private var begins: [OpaquePointer: MonotonicTime] = [:]

    /// - Parameters:
    ///   - limit: how long a handshake may take.
    ///   - expired: called between libcoap's batches with the session of a handshake that took longer, and how far that came.
    init(loop: EventLoop, limit: Duration, expired: @escaping (SessionHandle, ServerHandshakeStage) -> Void) {
        self.loop = loop
        self.limit = limit
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

    /// A peer names an identity, and this is its key.
    func offered(_ key: PreSharedKey, on ssl: OpaquePointer) { keys[ssl] = key }

    /// The key a peer proved to know; nil when it came by another way.
    func key(of ssl: OpaquePointer) -> PreSharedKey? { keys[ssl] }

    /// When the handshake began that is just done.
    private(set) var lastBegin = MonotonicTime.now

    /// A handshake is done.
    func ended(_ ssl: OpaquePointer) {
        if let begin = begins.removeValue(forKey: ssl) { lastBegin = begin }
        if let timer = deadlines.removeValue(forKey: ssl) { loop.cancel(timer) }
    }

    /// A connection is freed, whatever became of it.
    func freed(_ ssl: OpaquePointer) {
        ended(ssl)
        keys[ssl] = nil
    }
}
