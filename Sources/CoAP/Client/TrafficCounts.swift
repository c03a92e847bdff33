// SPDX-License-Identifier: Apache-2.0

/// What went over the network for a client's connection: repetitions and what DTLS adds included, the headers of UDP and below not.
public struct TrafficCounts: Hashable, Sendable {
    /// Datagrams that were handed to the system.
    public var datagramsSent = 0

    /// The bytes in them.
    public var bytesSent = 0

    /// Datagrams that came.
    public var datagramsReceived = 0

    /// The bytes in them.
    public var bytesReceived = 0

    /// DTLS handshakes that were completed.
    public var handshakes = 0

    /// Nothing.
    public init() {}

    /// Adds what went over another connection.
    public static func += (total: inout TrafficCounts, other: TrafficCounts) {
        total.datagramsSent += other.datagramsSent
        total.bytesSent += other.bytesSent
        total.datagramsReceived += other.datagramsReceived
        total.bytesReceived += other.bytesReceived
        total.handshakes += other.handshakes
    }

    /// What came to the first since it was the second: each count less the other's.
    public static func - (later: TrafficCounts, earlier: TrafficCounts) -> TrafficCounts {
        var difference = later
        difference.datagramsSent -= earlier.datagramsSent
        difference.bytesSent -= earlier.bytesSent
        difference.datagramsReceived -= earlier.datagramsReceived
        difference.bytesReceived -= earlier.bytesReceived
        difference.handshakes -= earlier.handshakes
        return difference
    }
}
