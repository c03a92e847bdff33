// SPDX-License-Identifier: Apache-2.0

/// What a radio and its processor take, for an estimate of charge from what was sent.
public struct RadioProfile: Hashable, Sendable {
    /// Its name in scenarios, `802.15.4`.
    public var name: String
    /// The current while sending, in milliamperes.
    public var transmitCurrent: Double
    /// The current while receiving, in milliamperes.
    public var receiveCurrent: Double
    /// The current while asleep, in milliamperes.
    public var sleepCurrent: Double
    /// How many bits a second it sends and receives.
    public var bitRate: Double
    /// What a datagram costs beyond its bytes, in bytes: headers of the layers below UDP.
    public var datagramOverhead: Double
    /// For how many seconds the receiver stays on after a datagram was sent.
    public var listenTime: Double
    /// The processor's current while it computes, in milliamperes.
    public var processorCurrent: Double
    /// For how many seconds it computes in a handshake with a pre-shared key.
    public var preSharedKeyHandshakeTime: Double
    /// For how many seconds it computes in a handshake with certificates.
    public var certificateHandshakeTime: Double

    /// A radio of IEEE 802.15.4 at 2.4 GHz with a Cortex-M4 in software.
    public static let ieee802154 = RadioProfile(
        name: "802.15.4", transmitCurrent: 17, receiveCurrent: 18, sleepCurrent: 0.002, bitRate: 250_000,
        datagramOverhead: 31, listenTime: 0.01, processorCurrent: 6, preSharedKeyHandshakeTime: 0.01,
        certificateHandshakeTime: 1.2)
}
