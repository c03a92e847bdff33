// SPDX-License-Identifier: Apache-2.0

/// Losses that come in bursts: a link that is good or bad, and turns from one to the other at random (Gilbert and Elliott).
///
/// Of all datagrams `enter / (enter + leave)` meet the bad link, in bursts of `1 / leave` on average.
public struct BurstLoss: Hashable, Sendable {
    /// How probable it is before each datagram that a good link turns bad, 0 to 1.
    public var enter: Double

    /// How probable it is before each datagram that a bad link turns good, 0 to 1.
    public var leave: Double

    /// How probable it is that a datagram is lost while the link is bad, 0 to 1.
    public var loss: Double

    /// Bursts of losses.
    ///
    /// - Parameters:
    ///   - enter: how probable it is that a good link turns bad, 0 to 1.
    ///   - leave: how probable it is that a bad link turns good, 0 to 1.
    ///   - loss: how probable it is that a bad link loses a datagram, 0 to 1.
    public init(enter: Double, leave: Double, loss: Double = 1) {
        self.enter = enter
        self.leave = leave
        self.loss = loss
    }

    /// True when these are probabilities.
    var isValid: Bool { [enter, leave, loss].allSatisfy { (0...1).contains($0) } }
}
