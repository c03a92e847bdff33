// SPDX-License-Identifier: Apache-2.0

import Logging

// Credentials that change, or run out, while their holders have sessions.
extension ServerCore {
    /// Exchanges what handshakes go by, and ends the sessions of those whom it would not let in any more.
    ///
    /// - Throws: `CoAPError` with code `invalidCredentials`; then nothing has changed.
    func update(_ security: ServerSecurity) throws(CoAPError) -> SecurityUpdate {
        loop.preconditionOnLoop()
        if isStopping { return SecurityUpdate() }
        guard let secureContext else {
            throw CoAPError(.invalidArgument, "the server has no coaps endpoint, so it has no use for credentials")
        }
        try secureContext.replaceSecurity(security)
        self.security = security
        lastUpdate = .now
        var update = SecurityUpdate()
        let time = WallClock.seconds
        for session in Array(sessions.values) where session.peer.isSecure && !session.isClosed {
            if renew(session, by: security, at: time) {
                update.kept += 1
            } else {
                update.closed.append(session.peer.identity)
                expel(session, "the peer's credentials are no longer good")
            }
        }
        secureContext.settle()
        return update
    }

    private func renew(_ session: ServerSession, by security: ServerSecurity, at time: Int64) -> Bool {
        guard let known = session.credential.renewed(by: security, on: session.handle.connection, at: time) else {
            return false
        }
        session.credential = known
        return true
    }

    /// Looks once more at a peer whose handshake began before its credentials were changed, or that came by a certificate which is
    /// only good for a while.
    ///
    /// - Returns: false when its session ends.
    func isStillGood(_ session: ServerSession) -> Bool {
        guard let security, session.peer.isSecure else { return true }
        let began = session.context.handshakes?.lastBegin ?? .now
        let wasChanged = lastUpdate.map { began <= $0 } ?? false
        let time = WallClock.seconds
        let isGood: Bool
        if wasChanged {
            isGood = renew(session, by: security, at: time)
        } else {
            session.credential = session.credential.limited(by: security)
            isGood = !session.credential.isOver(at: time)
        }
        if isGood { return true }
        session.isExpelled = true
        session.context.afterDispatch { [weak self] in
            guard let self, !session.isClosed else { return }
            self.expel(session, "the peer's credentials are no longer good")
        }
        return false
    }

    /// Ends a session whose credentials ran out.
    func hasRunOut(_ session: ServerSession, at time: Int64) -> Bool {
        guard session.peer.isSecure, !session.isClosed, session.credential.isOver(at: time) else { return false }
        expel(session, "the peer's credentials ran out")
        return true
    }

    private func expel(_ session: ServerSession, _ reason: Logger.Message) {
        session.isExpelled = true
        metrics.dropped("credentials")
        session.logger.notice(reason)
        disconnect(session)
    }
}
