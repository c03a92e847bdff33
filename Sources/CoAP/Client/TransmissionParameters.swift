// SPDX-License-Identifier: Apache-2.0

/// How confirmable messages are repeated until they are acknowledged (RFC 7252 §4.8).
public struct TransmissionParameters: Hashable, Sendable {
    /// ACK_TIMEOUT: how long to wait before the first repetition, above zero; 2 s.
    public var ackTimeout: Duration = .seconds(2)

    /// ACK_RANDOM_FACTOR: that wait is stretched by a random factor between 1 and this; 1.5.
    public var ackRandomFactor: Double = 1.5

    /// MAX_RETRANSMIT: how often a message is repeated, each wait twice the one before; 4.
    public var maximumRetransmissions: Int = 4

    /// NSTART: how many confirmable messages may be under way to one peer at once, 1–255.
    ///
    /// RFC 7252 §4.7 starts at 1 for networks without congestion control; 16 lets requests overlap on one session.
    public var maximumOutstanding: Int = 16

    /// The parameters of RFC 7252, but for overlapping requests.
    public init() {}
}
