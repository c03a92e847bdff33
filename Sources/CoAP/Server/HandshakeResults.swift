// SPDX-License-Identifier: Apache-2.0

/// Finds out how each handshake ended, so that it is told of once: by an alert, by success, or by neither, as with a wrong
/// key, whose last message OpenSSL drops without a word: that is told of while the handshake still waits.
struct HandshakeResults {
    /// The session whose end is already accounted for and still to be reported.
    private var settled: SessionHandle?
    /// How far the handshake was that is being ended.
    private var ending: (session: SessionHandle, stage: ServerHandshakeStage)?

    /// The sessions whose handshake was told of as one that will fail, and still goes on.
    private var told: Set<SessionHandle> = []
    /// Those of them of which the log says so.
    private var logged: Set<SessionHandle> = []

    /// A fatal alert on a session, or its peer's farewell; the session is nil while a hello's cookie is not yet checked.
    ///
    /// - Returns: the failure; nil for an alert after the handshake, and for a farewell, behind which the end comes.
    mutating func alerted(
        _ alert: DTLSAlert, on session: SessionHandle?, isEstablished: Bool
    ) -> ServerHandshakeFailure? {
        guard !isEstablished else { return nil }
        guard !alert.isFarewell else {
            if let session, let stage = alert.stage { ending = (session, stage) }
            return nil
        }
        if let session { settled = session }
        if let session, told.contains(session) { return nil }
        return ServerHandshakeFailure(alert: alert, stage: alert.stage)
    }

    /// A handshake waits for a last message that can be read, and is not ended.
    ///
    /// - Returns: the failure to tell of; nil when that was done.
    mutating func stuck(_ session: SessionHandle, at stage: ServerHandshakeStage) -> ServerHandshakeFailure? {
        told.insert(session).inserted ? ServerHandshakeFailure(stage: stage) : nil
    }

    /// The failure of a handshake that goes on has a line in the log.
    mutating func logged(_ session: SessionHandle) { logged.insert(session) }

    /// A handshake is done.
    ///
    /// - Returns: true when the log says that it failed.
    mutating func succeeded(_ session: SessionHandle) -> Bool {
        told.remove(session)
        return logged.remove(session) != nil
    }

    /// A handshake takes too long, and is about to be ended.
    mutating func expired(_ session: SessionHandle, at stage: ServerHandshakeStage) { ending = (session, stage) }

    /// A session is about to be ended because its peer has begun anew.
    mutating func restarts(_ session: SessionHandle, isEstablished: Bool) {
        if !isEstablished { settled = session }
    }

    /// A session's connection is gone.
    ///
    /// - Returns: the failure of its handshake; nil when that was told of before.
    mutating func closed(_ session: SessionHandle, isEstablished: Bool) -> ServerHandshakeFailure? {
        let wasTold = told.remove(session) != nil
        logged.remove(session)
        guard !isEstablished else { return nil }
        defer { (settled, ending) = (nil, nil) }
        guard settled != session, !wasTold else { return nil }
        return ServerHandshakeFailure(stage: ending?.session == session ? ending?.stage : nil)
    }

    /// libcoap frees an established session; if its connection is still open, the close follows.
    mutating func freeing(_ session: SessionHandle, isOpen: Bool) { settled = isOpen ? session : nil }
}
