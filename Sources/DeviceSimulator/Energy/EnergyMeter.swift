// SPDX-License-Identifier: Apache-2.0

public import CoAP

/// Estimates what a device's traffic takes from its battery: good for comparing one way of reporting with another on the same radio,
/// not for the guarantee of a battery's life.
///
/// ```swift
/// let meter = EnergyMeter(.ieee802154)
/// let use = meter.use(of: session.traffic, credential: .plain, elapsed: 3600)
/// let days = use.batteryDays(capacity: 1200, elapsed: 3600)
/// ```
///
/// It counts the time in which bytes are sent and received at the radio's bit rate, the time it listens after each datagram it has
/// sent, the time the processor computes in a handshake, and sleep for the rest. What sensors and ordinary messages take of the
/// processor, what lower layers repeat, and a battery's own losses are left out.
public struct EnergyMeter: Hashable, Sendable {
    /// What radio and processor take.
    public var radio: RadioProfile

    /// A meter for a radio.
    public init(_ radio: RadioProfile) { self.radio = radio }

    /// What was used.
    ///
    /// - Parameters:
    ///   - traffic: what went over the network.
    ///   - credential: what the handshakes were made with.
    ///   - elapsed: in how many seconds; no less is counted than it takes to send and receive all that.
    public func use(of traffic: TrafficCounts, credential: CredentialPlan, elapsed: Double) -> EnergyUse {
        let sending = airTime(bytes: traffic.bytesSent, datagrams: traffic.datagramsSent)
        let receiving = airTime(bytes: traffic.bytesReceived, datagrams: traffic.datagramsReceived)
        let computing = Double(traffic.handshakes) * handshakeTime(credential)
        let free = max(0, elapsed - sending - receiving - computing)
        // The receiver is not on for longer than there is time: datagrams that follow each other closely share their time.
        let listening = min(free, Double(traffic.datagramsSent) * radio.listenTime)

        var use = EnergyUse()
        use.transmitting = sending * radio.transmitCurrent / 3600
        use.receiving = (receiving + listening) * radio.receiveCurrent / 3600
        use.computing = computing * radio.processorCurrent / 3600
        use.sleeping = (free - listening) * radio.sleepCurrent / 3600
        return use
    }

    /// For how many seconds the radio is busy with datagrams.
    private func airTime(bytes: Int, datagrams: Int) -> Double {
        // As few frames as can be: datagrams are not known one by one.
        let frames = radio.framePayload.map { max(Double(datagrams), (Double(bytes) / $0).rounded(.up)) }
        return (Double(bytes) + (frames ?? Double(datagrams)) * radio.datagramOverhead) * 8 / radio.bitRate
    }

    private func handshakeTime(_ credential: CredentialPlan) -> Double {
        switch credential {
        case .preSharedKey: radio.preSharedKeyHandshakeTime
        case .certificate: radio.certificateHandshakeTime
        case .plain: 0
        }
    }
}
