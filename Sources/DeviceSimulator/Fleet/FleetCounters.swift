// SPDX-License-Identifier: Apache-2.0

/// What a fleet has done so far.
public struct FleetCounters: Hashable, Sendable {
    /// Devices with a session.
    public var devicesUp = 0
    /// Handshakes done.
    public var handshakes = 0
    /// Handshakes that failed.
    public var handshakesFailed = 0
    /// Why handshakes failed, in words, and how often; of many different reasons the first ones.
    public private(set) var handshakeReasons: [String: Int] = [:]
    /// Reports made.
    public var reportsMade = 0
    /// Reports that were sent, each attempt counted.
    public var reportsSent = 0
    /// Reports answered by a success.
    public var reportsDelivered = 0
    /// Reports given up, or for which there was no place.
    public var reportsLost = 0
    /// Reports that wait for the server.
    public var reportsWaiting = 0
    /// Writes of actuators that were refused.
    public var writesRefused = 0
    /// What went wrong, by kind: `timeout`, `handshakeFailed`, `4.01`.
    public var errors: [String: Int] = [:]

    /// Nothing.
    public init() {}

    /// How many different reasons are kept.
    private static let reasons = 16

    /// Counts a handshake that failed.
    mutating func handshakeFailed(_ reason: String) {
        handshakesFailed += 1
        guard handshakeReasons[reason] != nil || handshakeReasons.count < Self.reasons else { return }
        handshakeReasons[reason, default: 0] += 1
    }
}
