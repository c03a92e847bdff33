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
        logger.debug(
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
            metrics.handshake("success")
            logger.debug(
                "session established",
                metadata: [
                    LogKey.peerIdentity: "\(session.peer.identity)",
                    LogKey.peerAddress: "\(session.peer.address?.description ?? "")",
                    LogKey.cipher: "\(session.peer.cipherSuite ?? "")",
                ])
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

    private func handshakeClosed(_ handle: SessionHandle, isEstablished: Bool) {
        // A server that stops ends what is under way itself.
        guard let result = handshakes.closed(handle, isEstablished: isEstablished), !isStopping else { return }
        metrics.handshake(result)
        logger.debug(
            "handshake did not end: no answer, or a wrong key",
            metadata: [LogKey.peerAddress: "\(handle.remoteAddress?.description ?? "")"])
    }

    func alert(_ alert: DTLSAlert, on session: SessionHandle?) {
        // A farewell ends a session in good order.
        guard !alert.isFarewell else { return }
        let isEstablished = session.flatMap(ServerSession.attached) != nil
        if let result = handshakes.alerted(alert, on: session, isEstablished: isEstablished) {
            metrics.handshake(result)
        }
        logger.debug(
            "DTLS alert",
            metadata: [
                LogKey.alert: "\(alert.name) \(alert.wasSent ? "sent" : "received")",
                LogKey.peerAddress: "\(session?.remoteAddress?.description ?? "")",
            ])
    }

    func hello(_ report: HelloGuard.Report) {
        switch report {
        case .challenged: metrics.hello("challenged")
        case .restarted:
            metrics.hello("restarted")
            logger.debug("a peer has begun anew, its old session ends")
        case .dropped(.stray): metrics.dropped("stray")
        case .dropped(let reason):
            metrics.hello(reason.rawValue)
            if reason == .crowded {
                note(.handshakesCrowded, "hellos are dropped, their address has its share of the handshakes under way")
            }
        }
    }

    func refused(_ reason: MessageRefusal) { metrics.dropped(reason.rawValue) }
}
