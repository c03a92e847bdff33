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

    func handshakeStuck(on session: SessionHandle, at stage: ServerHandshakeStage) {
        guard let failure = handshakes.stuck(session, at: stage) else { return }
        if failed(failure, on: session) { handshakes.logged(session) }
    }

    /// A handshake is done, perhaps after all. That is said where the log says that it failed, so there are no more such lines.
    func handshakeSucceeded(of session: ServerSession) {
        metrics.handshake("success")
        guard handshakes.succeeded(session.handle) else { return }
        session.logger.notice(
            """
            a handshake that had seemed to fail is done after all: a record that came before could not be read, \
            of a broken client or forged
            """)
    }

    func handshakeExpired(on session: SessionHandle, at stage: ServerHandshakeStage) {
        handshakes.expired(session, at: stage)
    }

    /// A session ends because its peer has begun anew: nothing has failed.
    func handshakeRestarts(on session: SessionHandle) {
        handshakes.restarts(session, isEstablished: ServerSession.attached(to: session) != nil)
    }

    /// A handshake makes room. That is no failure of its own, so it is counted with the hellos that find none.
    func handshakeCrowdedOut(on session: SessionHandle) {
        handshakes.restarts(session, isEstablished: false)
        hello(.dropped(.crowded))
    }

    /// Plain CoAP came to a DTLS endpoint, or so it seems.
    func heardPlainCoAP(from address: SocketAddress) {
        // Whose address may be forged has lines of its own, and takes none from failures that happened.
        report(ServerHandshakeFailure(wasPlainCoAP: true), from: address, in: \.strayLog)
    }

    /// A session's connection is gone.
    func handshakeClosed(_ handle: SessionHandle, isEstablished: Bool) {
        guard let failure = handshakes.closed(handle, isEstablished: isEstablished) else { return }
        failed(failure, on: handle)
    }

    @discardableResult
    private func failed(_ failure: ServerHandshakeFailure, on session: SessionHandle?) -> Bool {
        var failure = failure
        failure.identity = session?.preSharedKeyIdentity ?? []
        return report(failure, from: session?.remoteAddress)
    }

    /// Counts a failure, and logs it unless there are too many.
    ///
    /// - Returns: whether it was logged.
    @discardableResult
    private func report(
        _ failure: ServerHandshakeFailure, from address: SocketAddress?,
        in log: ReferenceWritableKeyPath<ServerCore, HandshakeLog> = \.handshakeLog
    ) -> Bool {
        // A server that stops ends what is under way itself.
        guard !isStopping else { return false }
        metrics.handshake(failure.verdict.result)
        // Who has not shown yet that its address is its own could fill the log in others' names.
        guard let address, let suppressed = self[keyPath: log].admit(address.bytes, at: .now) else { return false }
        var metadata: Logger.Metadata = [LogKey.peerAddress: "\(address)", LogKey.suppressed: "\(suppressed)"]
        if !failure.identity.isEmpty {
            metadata[LogKey.peerIdentity] = "psk:\(PrintableText.escaped(failure.identity.prefix(64)))"
        }
        if let alert = failure.alert {
            metadata[LogKey.alert] = "\(alert.name) \(alert.wasSent ? "sent" : "received")"
        }
        logger.warning("handshake failed: \(failure.text)", metadata: metadata)
        return true
    }

    /// Says of how many failures nothing was said.
    func summarizeHandshakes(at now: MonotonicTime) {
        let counts = [handshakeLog.summary(at: now), strayLog.summary(at: now)].compactMap { $0 }
        guard !counts.isEmpty else { return }
        let count = counts.reduce(0, +)
        logger.warning(
            "handshakes of many addresses failed: see the counters, and whether somebody floods this server",
            metadata: [LogKey.suppressed: "\(count)"])
    }
}
