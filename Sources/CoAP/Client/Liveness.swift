// SPDX-License-Identifier: Apache-2.0

/// Whether the server is heard, and when its silence means that it lost the session, as in a restart: it would never say so.
struct Liveness {
    /// How long a server may stay silent after something was sent to it.
    let patience: Duration

    /// How often the server was heard: a mark to compare with later, which costs less than a look at the clock.
    private(set) var mark = 0

    /// When something was sent first after the server was heard last; nil when nothing was.
    private(set) var waitingSince: MonotonicTime?

    /// Patience for a message, its first repetition and the time that one needs.
    init(ackTimeout: Duration) { patience = ackTimeout * 3 }

    /// Something was sent.
    mutating func sent(at now: MonotonicTime) { if waitingSince == nil { waitingSince = now } }

    /// The server was heard. What it was sent before has arrived, or is repeated if it was lost.
    mutating func heard() {
        mark += 1
        waitingSince = nil
    }

    /// True when the server was ever heard.
    var wasHeard: Bool { mark > 0 }

    /// When the session will count as silent unless the server is heard; nil when nothing was sent.
    var silentFrom: MonotonicTime? { waitingSince.map { $0 + patience } }

    /// True when the server has stayed silent for too long.
    func isSilent(at now: MonotonicTime) -> Bool { silentFrom.map { $0 <= now } ?? false }
}
