// SPDX-License-Identifier: Apache-2.0

/// What a radio and its processor take, for an estimate of charge from what was sent.
///
/// The profiles that come with this are what data sheets of common parts of their kind give as typical at some 3 V, and what is
/// reported of such devices in use, rounded: of the right order, and no particular part. The times of handshakes are those of a
/// 64 MHz Cortex-M4 without an accelerator, where nothing else is said: some four operations on the curve P-256 with certificates,
/// a few hashes with a pre-shared key. Whoever has measured a device makes a profile of its own.
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
    /// What a datagram costs beyond its bytes, in bytes: UDP, and the headers of the layers below. Each frame costs them where
    /// there is a ``framePayload``.
    public var datagramOverhead: Double
    /// For how many seconds the receiver stays on after a datagram was sent.
    public var listenTime: Double
    /// The processor's current while it computes, in milliamperes.
    public var processorCurrent: Double
    /// For how many seconds it computes in a handshake with a pre-shared key.
    public var preSharedKeyHandshakeTime: Double
    /// For how many seconds it computes in a handshake with certificates.
    public var certificateHandshakeTime: Double
    /// How many bytes of a datagram go into one frame; larger datagrams take several. Nil for as many as there are.
    public var framePayload: Double?

    /// A profile.
    ///
    /// - Parameters:
    ///   - name: its name in scenarios.
    ///   - transmitCurrent: while sending, in milliamperes.
    ///   - receiveCurrent: while receiving, in milliamperes.
    ///   - sleepCurrent: while asleep, in milliamperes.
    ///   - bitRate: bits a second, above zero.
    ///   - datagramOverhead: what each datagram or frame costs beyond its bytes, in bytes.
    ///   - listenTime: for how many seconds the receiver stays on after a datagram was sent.
    ///   - processorCurrent: while the processor computes, in milliamperes.
    ///   - preSharedKeyHandshakeTime: seconds of computing in a handshake with a pre-shared key.
    ///   - certificateHandshakeTime: seconds of computing in a handshake with certificates.
    ///   - framePayload: how many bytes of a datagram go into one frame; nil for all of them.
    public init(
        name: String, transmitCurrent: Double, receiveCurrent: Double, sleepCurrent: Double, bitRate: Double,
        datagramOverhead: Double, listenTime: Double, processorCurrent: Double, preSharedKeyHandshakeTime: Double,
        certificateHandshakeTime: Double, framePayload: Double? = nil
    ) {
        self.name = name
        self.transmitCurrent = transmitCurrent
        self.receiveCurrent = receiveCurrent
        self.sleepCurrent = sleepCurrent
        self.bitRate = bitRate
        self.datagramOverhead = datagramOverhead
        self.listenTime = listenTime
        self.processorCurrent = processorCurrent
        self.preSharedKeyHandshakeTime = preSharedKeyHandshakeTime
        self.certificateHandshakeTime = certificateHandshakeTime
        self.framePayload = framePayload
    }
}
