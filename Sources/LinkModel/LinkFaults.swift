// SPDX-License-Identifier: Apache-2.0

import CoAPCore

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

    /// Which bit of a body is flipped, from 0, the highest bit of a payload's first byte, on: in every request and every response
    /// of class 2 on plain CoAP whose payload has that bit; nil, none.
    public var flippedPayloadBit: Int?

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
            && [reorderingDelay, delay, jitter].allSatisfy { $0 >= .zero } && (flippedPayloadBit ?? 0) >= 0
    }

    /// The datagram as it arrives: with a bit flipped, perhaps. Errors stay as they are, so that what they say can be read.
    package func damaged(_ datagram: [UInt8]) -> [UInt8] {
        guard let bit = flippedPayloadBit, let message = Message(datagram),
            message.code.isRequest || message.code.isSuccess, bit / 8 < message.payload.count
        else { return datagram }
        var datagram = datagram
        datagram[datagram.count - message.payload.count + bit / 8] ^= 0x80 >> UInt8(bit % 8)
        return datagram
    }
}
