// SPDX-License-Identifier: Apache-2.0

/// The deadlines and limits of a client's session.
public struct ClientConfiguration: Hashable, Sendable {
    /// How long a handshake may take, with all of the host's addresses and, for the first one, the look-up of its name; 10 s.
    public var handshakeTimeout: Duration = .seconds(10)

    /// How long a request waits for its response when it names no deadline of its own; 30 s.
    public var requestTimeout: Duration = .seconds(30)

    /// How many requests and pings of one session may wait for their answer at once; 1,024.
    public var maximumPendingRequests = 1_024

    /// How confirmable messages are repeated.
    public var transmission = TransmissionParameters()

    /// The default deadlines and limits.
    public init() {}
}
