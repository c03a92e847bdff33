// SPDX-License-Identifier: Apache-2.0

import CoAPCore

/// What goes wrong on a link in one direction.
public struct LinkFaults: Hashable, Sendable {
    /// How probable it is that a datagram is lost, 0 to 1.
    public var loss = 0.0

    /// Losses that come in bursts; nil without them. While the link is bad, its ``BurstLoss/loss`` holds in the place of ``loss``.
    public var burst: BurstLoss?

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

    /// The largest packet that passes, in bytes with its headers (``headerSize``); larger ones are lost. Nil for no limit.
    public var mtu: Int?

    /// How many bits a second pass, with headers, from 1; nil for no limit. What comes faster waits in front of the link.
    public var bandwidth: Double?

    /// How many bytes may wait in front of a link with a ``bandwidth``; 65,536. What comes when there are more is lost.
    public var queue = 65_536

    /// What ``mtu`` and ``bandwidth`` count beyond a datagram's bytes: the headers of IPv6 and UDP (RFC 8200 §3, RFC 768).
    public static let headerSize = 48

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

    /// True when probabilities are 0 to 1, times and the bit that is flipped not below zero, and limits above it.
    package var isValid: Bool {
        [loss, duplication, reordering].allSatisfy { (0...1).contains($0) }
            && [reorderingDelay, delay, jitter].allSatisfy { $0 >= .zero } && (flippedPayloadBit ?? 0) >= 0
            && (burst?.isValid ?? true) && (mtu ?? 1) > 0 && queue >= 0
            && bandwidth.map { $0 >= 1 && $0.isFinite } ?? true
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
