// SPDX-License-Identifier: Apache-2.0

import Logging

// Handshakes that fail: each is counted, and told of where the log is not flooded by that.
extension ServerCore {
    func alert(_ alert: DTLSAlert, on session: SessionHandle?) {
        let isEstablished = session.flatMap(ServerSession.attached) != nil
        if let failure = handshakes.alerted(alert, on: session, isEstablished: isEstablished) {
            failed(failure, on: session)
        }
        // A farewell ends a session in good order.
        guard !alert.isFarewell else { return }
        var logger = session.flatMap(ServerSession.attached)?.logger ?? logger
        if !isEstablished { logger[metadataKey: LogKey.peerAddress] = "\(session?.remoteAddress?.description ?? "")" }
        logger.debug("DTLS alert", metadata: [LogKey.alert: "\(alert.name) \(alert.wasSent ? "sent" : "received")"])
    }

    func handshakeExpired(on session: SessionHandle, at stage: ServerHandshakeStage) {
        handshakes.expired(session, at: stage)
    }

    func heardPlainCoAP(from address: SocketAddress) {
        report(ServerHandshakeFailure(wasPlainCoAP: true), from: address)
    }

    /// A session's connection is gone.
    func handshakeClosed(_ handle: SessionHandle, isEstablished: Bool) {
        guard let failure = handshakes.closed(handle, isEstablished: isEstablished) else { return }
        failed(failure, on: handle)
    }

    private func failed(_ failure: ServerHandshakeFailure, on session: SessionHandle?) {
        var failure = failure
        failure.identity = session?.preSharedKeyIdentity ?? []
        report(failure, from: session?.remoteAddress)
    }

    private func report(_ failure: ServerHandshakeFailure, from address: SocketAddress?) {
        // A server that stops ends what is under way itself.
        guard !isStopping else { return }
        metrics.handshake(failure.verdict.result)
        // Who has not shown yet that its address is its own could fill the log in others' names.
        guard let address, let suppressed = handshakeLog.admit(address.bytes, at: .now) else { return }
        var metadata: Logger.Metadata = [LogKey.peerAddress: "\(address)", LogKey.suppressed: "\(suppressed)"]
        if !failure.identity.isEmpty {
            metadata[LogKey.peerIdentity] = "psk:\(PrintableText.escaped(failure.identity.prefix(64)))"
        }
        if let alert = failure.alert {
            metadata[LogKey.alert] = "\(alert.name) \(alert.wasSent ? "sent" : "received")"
        }
        logger.warning("handshake failed: \(failure.text)", metadata: metadata)
    }

    /// Says of how many failures nothing was said.
    func summarizeHandshakes(at now: MonotonicTime) {
        guard let count = handshakeLog.summary(at: now) else { return }
        logger.warning(
            "handshakes of many addresses failed: see the counters, and whether somebody floods this server",
            metadata: [LogKey.suppressed: "\(count)"])
    }
}
