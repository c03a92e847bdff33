// SPDX-License-Identifier: Apache-2.0

// Confirmable notifications that are not acknowledged (RFC 7252 §4.2, RFC 7641 §4.5.2).
extension ServerCore {
    /// A confirmable notification was sent.
    func awaitAcknowledgement(of messageID: UInt16, _ observer: Observer, isRepetition: Bool) {
        observations.registry.awaits(messageID, observer)
        guard !isRepetition else { return }
        observations.retransmissions.add(observer.key, at: .now)
        armRetransmissions()
    }

    private func armRetransmissions() {
        guard let earliest = observations.retransmissions.earliest() else { return }
        if let timer = observations.retransmissionTimer {
            // A message that was repeated before waits longer than a new one.
            guard earliest < observations.retransmissionDeadline else { return }
            loop.cancel(timer)
        }
        observations.retransmissionDeadline = earliest
        let delay = max(earliest - .now, .milliseconds(10))
        observations.retransmissionTimer = loop.schedule(after: delay) { [weak self] in
            guard let self else { return }
            self.observations.retransmissionTimer = nil
            self.retransmit()
            self.armRetransmissions()
        }
    }

    private func retransmit() {
        let now = MonotonicTime.now
        while let due = observations.retransmissions.next(at: now) {
            switch due {
            case .repeat(let key):
                guard let observer = observations.registry.observer(key) else { continue }
                resend(observer)
            case .giveUp(let key):
                metrics.dropped("unacknowledged")
                removeObservers(of: key.session, "not acknowledged")
            }
        }
    }
}
