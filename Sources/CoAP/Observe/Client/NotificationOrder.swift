// SPDX-License-Identifier: Apache-2.0

/// Tells a notification that is newer than those before from one that was overtaken, or is there twice (RFC 7641 §3.4).
struct NotificationOrder {
    /// After so long the numbers say nothing any more.
    static let horizon = Duration.seconds(128)

    private var last: (sequence: UInt32, at: ContinuousClock.Instant)?

    /// Takes a number of 24 bits that came now; false when a newer one came before.
    mutating func accept(_ sequence: UInt32, at now: ContinuousClock.Instant) -> Bool {
        if let last {
            let (first, second) = (last.sequence, sequence)
            let isNewer =
                first < second && second - first < 1 << 23
                || first > second && first - second > 1 << 23
                || now > last.at + Self.horizon
            guard isNewer else { return false }
        }
        last = (sequence, now)
        return true
    }

    /// Forgets what came: the server counts anew, as it may after a restart.
    mutating func reset() { last = nil }
}
