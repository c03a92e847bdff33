// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// Ends the handshakes of a server that take too long. Confined to its context's loop.
///
/// OpenSSL drops a Finished that a wrong key made, and a peer that goes on sending restarts its timers, so that libcoap would
/// keep such a handshake for three minutes. Connections are known by OpenSSL's object, whose end is heard of whatever
/// becomes of libcoap's session.
final class HandshakeWatch {
    private let loop: EventLoop
    private let limit: Duration
    private let expired: (SessionHandle, ServerHandshakeStage) -> Void
    private var deadlines: [OpaquePointer: TimerQueue<() -> Void>.ID] = [:]

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
        ended(ssl)
        deadlines[ssl] = loop.schedule(after: limit) { [weak self] in
            guard let self, self.deadlines.removeValue(forKey: ssl) != nil else { return }
            let stage = ServerHandshakeStage(DTLSConnection(ssl))
            if let session = SSL_get_ex_data(ssl, 0) { self.expired(SessionHandle(OpaquePointer(session)), stage) }
        }
    }

    /// A handshake is done, or its connection freed.
    func ended(_ ssl: OpaquePointer) {
        if let timer = deadlines.removeValue(forKey: ssl) { loop.cancel(timer) }
    }
}
