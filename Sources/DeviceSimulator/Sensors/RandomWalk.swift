// SPDX-License-Identifier: Apache-2.0

/// A mean-reverting random walk (Ornstein–Uhlenbeck).
public struct RandomWalk: Hashable, Sendable {
    /// What it is drawn back to.
    public var mean: Double
    /// Its standard deviation in the long run.
    public var deviation: Double
    /// The time in seconds in which a distance from the mean falls to 1/e of it.
    public var timeConstant: Double

    /// A random walk that begins at its mean.
    public init(mean: Double, deviation: Double, timeConstant: Double) {
        self.mean = mean
        self.deviation = deviation
        self.timeConstant = timeConstant
    }
}
