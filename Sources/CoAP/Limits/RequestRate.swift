// SPDX-License-Identifier: Apache-2.0

/// How many requests are carried out in a time, and how many at once before that counts.
public struct RequestRate: Hashable, Sendable {
    /// Requests per second in the long run, above 0; 0.1 is one in ten seconds.
    public var perSecond: Double

    /// How many may come at once after a time of silence, from 1.
    public var burst: Int

    /// True when requests from this host itself, `127.0.0.0/8` and `::1`, are not counted; false unless it is set.
    public var sparesLoopback: Bool

    /// A rate.
    ///
    /// - Parameters:
    ///   - perSecond: requests per second in the long run; anything below one in a day is taken as that.
    ///   - burst: how many may come at once, from 1; without it those of two seconds.
    ///   - sparesLoopback: whether requests from this host itself are not counted.
    public init(perSecond: Double, burst: Int? = nil, sparesLoopback: Bool = false) {
        let rate = perSecond.isFinite ? min(max(perSecond, 1.0 / 86_400), 1_000_000_000) : 1_000_000_000
        self.perSecond = rate
        self.burst = max(1, burst ?? Int((2 * rate).rounded(.up)))
        self.sparesLoopback = sparesLoopback
    }
}
