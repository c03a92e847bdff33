// SPDX-License-Identifier: Apache-2.0

/// What goes wrong on a link in one direction.
public struct LinkFaults: Hashable, Sendable {
    /// How probable it is that a datagram is lost, 0 to 1.
    public var loss = 0.0

    /// How probable it is that a datagram arrives twice, 0 to 1.
    public var duplication = 0.0

    /// How probable it is that a datagram is held back by ``reorderingDelay``, so that later ones overtake it, 0 to 1.
    public var reordering = 0.0

    /// For how long such a datagram is held back; 50 ms.
    public var reorderingDelay = Duration.milliseconds(50)

    /// How long each datagram takes; zero.
    public var delay = Duration.zero

    /// Up to how much longer each datagram takes, at random; zero. More than the time between two datagrams re-orders them, too.
    public var jitter = Duration.zero

    /// A link without faults, for those that are set afterwards.
    public init() {}

    /// A link that loses datagrams and does nothing else.
    public static func loss(_ probability: Double) -> LinkFaults {
        var faults = LinkFaults()
        faults.loss = probability
        return faults
    }

    /// True when probabilities are 0 to 1 and times are not below zero.
    package var isValid: Bool {
        [loss, duplication, reordering].allSatisfy { (0...1).contains($0) }
            && [reorderingDelay, delay, jitter].allSatisfy { $0 >= .zero }
    }
}
