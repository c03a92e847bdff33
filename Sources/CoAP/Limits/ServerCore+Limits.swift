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
        switch meter.judge(payer, price: price, isConfirmable: type == .confirmable, at: now) {
        case .carryOut:
            session.paid.add(key, at: now)
            return false
        case .refuse(let seconds):
            metrics.dropped("rate")
            // Without a word: who is refused often should not be sent much.
            var refusal = Response(.tooManyRequests)
            refusal.options.maxAge = seconds
            refuse(with: refusal, reply)
        case .ignore:
            metrics.dropped("rate")
            reply.silence()
        }
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
            logger.debug(
                "session closed to make room, its owner has most of them",
                metadata: [
                    LogKey.peerIdentity: "\(victim.peer.identity)",
                    LogKey.peerAddress: "\(victim.peer.address?.description ?? "")",
                ])
            disconnect(victim)
            // What the end of the connection reports has counted it already.
            if victim.isCounted { closed(victim) }
            victim.context.settle()
        }
    }
}
