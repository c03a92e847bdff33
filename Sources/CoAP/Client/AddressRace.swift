// SPDX-License-Identifier: Apache-2.0

/// Which of a host's addresses is tried when (RFC 8305 §5): the next one starts after a while, or as soon as none is under way,
/// and those before it go on. The first to be established wins.
struct AddressRace {
    /// How long an address has a head start over the next one.
    static let headStart = Duration.milliseconds(300)

    private let count: Int
    private var next = 0
    private var running: Set<Int> = []
    private var lastStart: MonotonicTime?
    private var errors: [CoAPError] = []

    /// A race of so many addresses, in the system's order.
    init(addresses count: Int) { self.count = count }

    /// How many addresses were started.
    var started: Int { next }

    /// When the next address starts; nil when all have.
    func nextStart(at now: MonotonicTime) -> MonotonicTime? {
        guard next < count else { return nil }
        guard let lastStart, !running.isEmpty else { return now }
        return lastStart + Self.headStart
    }

    /// The address to start now; nil when it is too early, or all have started.
    mutating func start(at now: MonotonicTime) -> Int? {
        guard let due = nextStart(at: now), due <= now else { return nil }
        defer { next += 1 }
        running.insert(next)
        lastStart = now
        return next
    }

    /// An address failed.
    ///
    /// - Returns: why the race is lost; nil while there is hope.
    mutating func failed(_ index: Int, _ error: CoAPError) -> CoAPError? {
        running.remove(index)
        errors.append(error)
        // A server that refuses this side does so at its other addresses, too.
        if error.code != .unreachable && error.code != .timeout { return error }
        return running.isEmpty && next == count ? verdict : nil
    }

    /// What says most of why no address answered: silence, which may be a matter of patience, before nobody listening.
    var verdict: CoAPError? { errors.first { $0.code == .timeout } ?? errors.first }
}
