// SPDX-License-Identifier: Apache-2.0

import Logging

// What libcoap reports besides requests.
extension ServerCore {
    /// A response to a server answers nothing: one on an acknowledgement is ignored, any other gets a reset
    /// (RFC 7252 §4.2, §4.3).
    func received(response: InboundMessage, on session: SessionHandle) -> Bool {
        ServerSession.attached(to: session)?.lastHeard = .now
        return response.type == .acknowledgement
    }

    func pinged(_ session: SessionHandle) { ServerSession.attached(to: session)?.lastHeard = .now }

    func acknowledged(messageID: UInt16, on handle: SessionHandle) {
        guard let session = ServerSession.attached(to: handle) else { return }
        session.lastHeard = .now
        notificationAcknowledged(messageID, on: handle)
        change(session, \.unacknowledgedCount, \.unacknowledged.count) { $0.unacknowledged.remove(messageID) }
    }

    func failed(messageID: UInt16, token: Token, reason: DeliveryFailure, on handle: SessionHandle) {
        // libcoap goes on trying.
        if reason == .unreachable { return }
        if let session = ServerSession.attached(to: handle) {
            if reason == .reset { session.lastHeard = .now }
            change(session, \.unacknowledgedCount, \.unacknowledged.count) { $0.unacknowledged.remove(messageID) }
        }
        (ServerSession.attached(to: handle)?.logger ?? logger).debug(
            "response was not acknowledged",
            metadata: [LogKey.token: "\(token)", LogKey.error: "\(reason)"])
        switch reason {
        case .tooManyRetries: metrics.dropped("unacknowledged")
        case .reset: metrics.dropped("reset")
        case .notDeliverable, .dtlsFailed: metrics.dropped("closed")
        case .unreachable: break
        }
    }

    func event(_ event: SessionEvent, on handle: SessionHandle, of context: CoAPContext) {
        switch event {
        case .connected:
            let session = session(of: handle, on: context, now: .now)
            counted(session)
            handshakeSucceeded(of: session)
            guard isStillGood(session) else { return }
            session.logger.debug(
                "session established", metadata: [LogKey.cipher: "\(session.peer.cipherSuite ?? "")"])
        case .closed:
            let session = ServerSession.attached(to: handle)
            if let session {
                closed(session)
                abandon(session, answer: false)
            }
            handshakeClosed(handle, isEstablished: session != nil)
        case .deleted:
            guard let session = ServerSession.attached(to: handle) else { return }
            handshakes.freeing(handle, isOpen: session.peer.isSecure && !session.isClosed)
            forget(handle)
        case .failed: break
        }
    }

    func hello(_ report: HelloGuard.Report) {
        switch report {
        case .challenged: metrics.hello("challenged")
        case .restarted:
            metrics.hello("restarted")
            logger.debug("a peer has begun anew, its old session ends")
        case .plainCoAP(let address): heardPlainCoAP(from: address)
        case .finished, .crowdedOut: break
        case .dropped(.stray): metrics.dropped("stray")
        case .dropped(let reason):
            metrics.hello(reason.rawValue)
            if reason == .crowded {
                note(
                    .handshakesCrowded,
                    "hellos are dropped, or handshakes ended: their address has more than its share of those under way")
            }
        }
    }

    func refused(_ reason: MessageRefusal) { metrics.dropped(reason.rawValue) }
}
