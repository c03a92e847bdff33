// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import Testing

@Suite("Energy by hand")
struct EnergyMeterTests {
    /// Round numbers: a thousand bits a second, ten bytes a datagram.
    private static let radio = RadioProfile(
        name: "round", transmitCurrent: 36, receiveCurrent: 18, sleepCurrent: 0.36, bitRate: 1_000,
        datagramOverhead: 10, listenTime: 0.5, processorCurrent: 7.2, preSharedKeyHandshakeTime: 0.5,
        certificateHandshakeTime: 5)

    private static let key = CredentialPlan.preSharedKey(NamePattern("{name}"))
    private static let certificate = CredentialPlan.certificate(NamePattern("{name}"))

    private static func traffic(
        sent: (datagrams: Int, bytes: Int) = (0, 0), received: (datagrams: Int, bytes: Int) = (0, 0),
        handshakes: Int = 0
    ) -> TrafficCounts {
        var counts = TrafficCounts()
        (counts.datagramsSent, counts.bytesSent) = sent
        (counts.datagramsReceived, counts.bytesReceived) = received
        counts.handshakes = handshakes
        return counts
    }

    private static func isNear(_ one: Double, _ other: Double) -> Bool { abs(one - other) <= 1e-12 + abs(other) * 1e-9 }

    @Test("Who does nothing sleeps")
    func sleep() {
        let use = EnergyMeter(Self.radio).use(of: TrafficCounts(), credential: .plain, elapsed: 3600)
        #expect(Self.isNear(use.total, 0.36) && use.total == use.sleeping)
        // 1,200 mAh at 0.36 mA are 3,333 hours.
        #expect(Self.isNear(use.batteryDays(capacity: 1_200, elapsed: 3_600), 1_200 / 0.36 / 24))
        #expect(EnergyUse().batteryDays(capacity: 1, elapsed: 1) == .infinity)
    }

    @Test("A report and its answer")
    func exchange() {
        // 115 bytes and 10 more are 1,000 bits, one second; 15 and 10 are 200 bits, a fifth of it.
        let use = EnergyMeter(Self.radio).use(
            of: Self.traffic(sent: (1, 115), received: (1, 15)), credential: Self.key, elapsed: 101.7)
        #expect(Self.isNear(use.transmitting, 36.0 / 3_600))
        // And half a second of listening.
        #expect(Self.isNear(use.receiving, 0.7 * 18 / 3_600))
        #expect(use.computing == 0)
        #expect(Self.isNear(use.sleeping, 100 * 0.36 / 3_600))
        #expect(Self.isNear(use.total, 0.01 + 0.0035 + 0.01))
    }

    @Test("Handshakes take the processor's time by the kind of credential")
    func handshakes() {
        let traffic = Self.traffic(handshakes: 2)
        let meter = EnergyMeter(Self.radio)
        #expect(Self.isNear(meter.use(of: traffic, credential: Self.key, elapsed: 10).computing, 7.2 / 3_600))
        #expect(Self.isNear(meter.use(of: traffic, credential: Self.certificate, elapsed: 10).computing, 72.0 / 3_600))
        #expect(meter.use(of: traffic, credential: .plain, elapsed: 10).computing == 0)
        // Nobody sleeps in less than no time.
        #expect(meter.use(of: traffic, credential: Self.certificate, elapsed: 1).sleeping == 0)
    }

    @Test("The receiver is not on for longer than there is time")
    func listening() {
        // A second of sending, a second left, and five of listening asked for.
        let use = EnergyMeter(Self.radio).use(of: Self.traffic(sent: (10, 25)), credential: .plain, elapsed: 2)
        #expect(Self.isNear(use.transmitting, 36.0 / 3_600) && Self.isNear(use.receiving, 18.0 / 3_600))
        #expect(use.sleeping == 0)
    }

    @Test("Large datagrams take several frames, each with its headers")
    func frames() {
        var radio = Self.radio
        radio.framePayload = 50
        let meter = EnergyMeter(radio)
        // 105 bytes are three frames of 10 more bytes each.
        let large = meter.use(of: Self.traffic(sent: (1, 105)), credential: .plain, elapsed: 0)
        #expect(Self.isNear(large.transmitting, 135.0 * 8 / 1_000 * 36 / 3_600))
        let small = meter.use(of: Self.traffic(sent: (5, 105)), credential: .plain, elapsed: 0)
        #expect(Self.isNear(small.transmitting, 155.0 * 8 / 1_000 * 36 / 3_600))
    }

    @Test("The profiles that come with this are plausible, and found by their names")
    func profiles() {
        #expect(Set(RadioProfile.known.map(\.name)).count == RadioProfile.known.count)
        for profile in RadioProfile.known {
            #expect(RadioProfile.named(profile.name) == profile)
            #expect(profile.sleepCurrent * 100 < min(profile.receiveCurrent, profile.transmitCurrent))
            #expect(profile.bitRate > 0 && profile.preSharedKeyHandshakeTime < profile.certificateHandshakeTime)
            // A report of 100 bytes every ten seconds from two AA cells: for a week on any, for thirty years on none.
            let use = EnergyMeter(profile).use(
                of: Self.traffic(sent: (1, 130), received: (1, 40)), credential: Self.key, elapsed: 10)
            #expect((7...30 * 365).contains(use.batteryDays(capacity: 2_400, elapsed: 10)), "\(profile.name)")
        }
        #expect(RadioProfile.named("carrier pigeon") == nil)
        #expect(PowerPlan().radio == .ieee802154)
    }

    @Test("Counts of several connections add up, and what is between two moments is their difference")
    func counts() {
        let one = Self.traffic(sent: (1, 10), received: (2, 20), handshakes: 1)
        let two = Self.traffic(sent: (3, 30), received: (4, 40), handshakes: 2)
        var sum = one
        sum += two
        #expect(sum == Self.traffic(sent: (4, 40), received: (6, 60), handshakes: 3))
        #expect(sum - one == two)
    }
}
