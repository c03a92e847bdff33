// SPDX-License-Identifier: Apache-2.0

import Logging

// Fairness among peers: whose request is one too many, and whose session makes room.
extension ServerCore {
    /// Judges a request by its peer's rate.
    ///
    /// - Parameter isContinuation: true for a block of a body that is under way already.
    /// - Returns: true when it was refused, answered or not.
    func refuseOverRate(
        _ key: ExchangeKey, _ type: MessageType, on session: ServerSession, isContinuation: Bool, now: MonotonicTime,
        _ reply: ReplySlot
    ) -> Bool {
        guard let payer = session.payer, !session.paid.isRepetition(key, at: now) else { return false }
        let price = isContinuation ? RequestMeter.blockPrice : 1
        if refuseOverRate(payer, price, type, on: session, now: now, reply) { return true }
        session.paid.add(key, at: now)
        return false
    }

    /// The same for what is never repeated for nothing.
    func refuseOverRate(
        _ payer: RequestMeter.Payer, _ price: Double, _ type: MessageType, on session: ServerSession,
        now: MonotonicTime, _ reply: ReplySlot
    ) -> Bool {
        let verdict = meter.judge(payer, price: price, isConfirmable: type == .confirmable, at: now)
        if verdict == .carryOut { return false }
        metrics.dropped("rate")
        note(.rateExceeded, "requests are refused, there are too many in a time", session.peer)
        if case .refuse(let seconds) = verdict {
            // Without a word: who is refused often should not be sent much.
            var refusal = Response(.tooManyRequests)
            refusal.options.maxAge = seconds
            refuse(with: refusal, session, reply)
        } else {
            reply.silence()
        }
        return true
    }

    /// Judges a request to a group by its source's rate; nothing is said where it is one too many (RFC 7252 §8.2).
    func isOverRate(_ peer: Peer, at now: MonotonicTime) -> Bool {
        guard let payer = meter.payer(peer),
            // As a confirmable one: it takes no part in who is told of a refusal.
            meter.judge(payer, price: 1, isConfirmable: true, at: now) != .carryOut
        else { return false }
        metrics.dropped("rate")
        note(.rateExceeded, "requests to a group are dropped, there are too many in a time", peer)
        return true
    }

    /// True for a block of a request's body that is put together or read already.
    func continuesUpload(_ request: Request, _ scan: OptionScan, _ session: ServerSession) -> Bool {
        guard session.payer != nil, (scan.block1 ?? 0) >> 4 > 0 else { return false }
        return session.transfers.isUnderWay(TransferKey(request.method, request.options))
    }

    /// A handshake is done: one more session, for which another one may have to make room.
    func counted(_ session: ServerSession) {
        guard !session.isCounted else { return }
        session.isCounted = true
        secureCount += 1
        guard secureCount > max(1, configuration.maximumSecureSessions) else { return }
        session.context.afterDispatch { [weak self] in self?.evict() }
    }

    /// A session's connection is gone.
    func closed(_ session: ServerSession) {
        session.isClosed = true
        if session.isCounted {
            session.isCounted = false
            secureCount -= 1
        }
    }

    /// Logs what peers can provoke as often as they like, once a minute with one of them.
    func note(_ kind: LogLimiter.Kind, _ message: Logger.Message, _ peer: Peer? = nil) {
        guard let suppressed = table.limiter.admit(kind, route: "") else { return }
        var metadata: Logger.Metadata = [LogKey.suppressed: "\(suppressed)"]
        if let peer {
            metadata[LogKey.peerIdentity] = "\(peer.identity)"
            metadata[LogKey.peerAddress] = "\(peer.address?.description ?? "")"
        }
        logger.notice(message, metadata: metadata)
    }

    private func evict() {
        while secureCount > max(1, configuration.maximumSecureSessions) {
            let counted = sessions.values.filter(\.isCounted)
            let candidates = counted.map {
                FairEviction.Candidate(
                    owner: $0.owner, isInUse: !$0.pending.isEmpty || observations.registry.hasObservers($0.handle),
                    lastHeard: $0.lastHeard)
            }
            guard let index = FairEviction.victim(candidates) else { return }
            let victim = counted[index]
            metrics.evicted()
            note(.sessionEvicted, "session closed to make room, its owner has most of them", victim.peer)
            disconnect(victim)
            // What the end of the connection reports has counted it already.
            if victim.isCounted { closed(victim) }
            victim.context.settle()
        }
    }
}
