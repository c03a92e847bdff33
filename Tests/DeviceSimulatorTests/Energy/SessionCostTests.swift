// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import DeviceSimulator
import Foundation
import TestSupport
import Testing

/// What handshakes and reports cost on the wire, measured with sessions on the loopback interface; `docs/energy.md` has the numbers.
@Suite("What security and confirmation cost", .timeLimit(.minutes(10)))
struct SessionCostTests {
    private static let plan = NamePattern("{name}")
    /// As long as SenML with two values is in CBOR.
    private static let report = [UInt8](repeating: 0xA5, count: 100)

    /// The traffic of one session, by what it was for.
    private struct Costs {
        var handshake = TrafficCounts()
        /// A confirmable report whose answer comes with the acknowledgement.
        var confirmable = TrafficCounts()
        /// A confirmable report whose answer comes later, in a message that is acknowledged in turn.
        var confirmableLate = TrafficCounts()
        /// A non-confirmable report with an answer.
        var answered = TrafficCounts()
        /// A non-confirmable report that asks for no answer (RFC 7967).
        var silent = TrafficCounts()
        var farewell = TrafficCounts()
    }

    private static func costs(of security: ClientSecurity, with server: ServerSecurity?) async throws -> Costs {
        let router = Router()
        router.post("reports") { _, _ in Response(.changed) }
        router.post("late") { _, _ in
            try await Task.sleep(for: .milliseconds(500))
            return Response(.changed)
        }
        let endpoint: ServerEndpoint = server == nil ? .coap("127.0.0.1", port: 0) : .coaps("127.0.0.1", port: 0)
        return try await Loopback.withServer(router, endpoints: [endpoint], security: server) { uris in
            var configuration = ClientConfiguration()
            // Nothing is repeated, however slow this host is.
            configuration.handshakeTimeout = .seconds(120)
            configuration.transmission.ackTimeout = .seconds(60)
            let (session, costs, last) = try await CoAPClient.withSession(
                to: uris[0], security: security, configuration: configuration
            ) { session in
                var costs = Costs()
                var last = await session.traffic
                costs.handshake = last
                func measured(_ body: () async throws -> Void) async throws -> TrafficCounts {
                    try await body()
                    let now = await session.traffic
                    defer { last = now }
                    return now - last
                }
                costs.confirmable = try await measured {
                    _ = try await session.post("reports", report, contentFormat: .senMLCBOR)
                }
                costs.confirmableLate = try await measured {
                    _ = try await session.post("late", report, contentFormat: .senMLCBOR)
                }
                costs.answered = try await measured {
                    _ = try await session.post("reports", report, contentFormat: .senMLCBOR, confirmable: false)
                }
                var options = Options()
                options.noResponse = 26
                let unanswered = options
                costs.silent = try await measured {
                    let error = await #expect(throws: CoAPError.self) {
                        try await session.post(
                            "reports", report, contentFormat: .senMLCBOR, options: unanswered, confirmable: false,
                            timeout: .milliseconds(500))
                    }
                    #expect(error?.code == .timeout)
                }
                return (session, costs, last)
            }
            var all = costs
            all.farewell = await session.traffic - last
            return all
        }
    }

    private static func keyCosts() async throws -> Costs {
        let key = Secret("a key of sixteen".utf8)
        let table = try PreSharedKeyTable([PreSharedKey(identity: "room-007", key: key)])
        return try await costs(of: try .preSharedKey(identity: "room-007", key: key), with: .preSharedKeys(table))
    }

    @Test("A handshake with certificates costs several times the bytes of one with a key")
    func handshakes() async throws {
        let certificates = try await EnergyCertificates()
        let (key, certificate) = (
            try await Self.keyCosts(),
            try await Self.costs(of: try certificates.client(), with: try certificates.server())
        )
        #expect(key.handshake.handshakes == 1 && certificate.handshake.handshakes == 1)
        // Two hellos, and the flight with the key exchange, at least; no repetition.
        #expect((3...6).contains(key.handshake.datagramsSent) && (2...6).contains(key.handshake.datagramsReceived))
        #expect(certificate.handshake.bytesSent > 2 * key.handshake.bytesSent)
        #expect(certificate.handshake.bytesReceived > 2 * key.handshake.bytesReceived)
        // Once the session stands, both ways cost the same but for what the ciphers add.
        #expect(key.confirmable.datagramsSent == 1 && certificate.confirmable.datagramsSent == 1)
        #expect(abs(key.confirmable.bytesSent - certificate.confirmable.bytesSent) <= 8)
        for radio in RadioProfile.known {
            let meter = EnergyMeter(radio)
            let (less, more) = (
                meter.use(of: key.handshake, credential: .preSharedKey(Self.plan), elapsed: 60).total,
                meter.use(of: certificate.handshake, credential: .certificate(Self.plan), elapsed: 60).total
            )
            #expect(less < more, "\(radio.name)")
        }
        Self.note("PSK", key)
        Self.note("certificates", certificate)
    }

    @Test("Confirmable reports cost more than others that are acknowledged by nobody")
    func confirmation() async throws {
        let (secure, plain) = (try await Self.keyCosts(), try await Self.costs(of: .plain, with: nil))
        for costs in [secure, plain] {
            func datagrams(_ counts: TrafficCounts) -> [Int] { [counts.datagramsSent, counts.datagramsReceived] }
            #expect(datagrams(costs.confirmable) == [1, 1] && datagrams(costs.answered) == [1, 1])
            #expect(datagrams(costs.confirmableLate) == [2, 2] && datagrams(costs.silent) == [1, 0])
            for radio in RadioProfile.known {
                func charge(_ counts: TrafficCounts) -> Double {
                    EnergyMeter(radio).use(of: counts, credential: .preSharedKey(Self.plan), elapsed: 10).total
                }
                #expect(charge(costs.silent) < charge(costs.confirmable), "\(radio.name)")
                #expect(charge(costs.confirmable) < charge(costs.confirmableLate), "\(radio.name)")
                #expect(charge(costs.answered) <= charge(costs.confirmable), "\(radio.name)")
            }
        }
        // A record's header, explicit nonce and tag: 13, 8 and 8 bytes with AES-128-CCM-8 (RFC 6655), 16 with other tags.
        #expect([29, 37].contains(secure.confirmable.bytesSent - plain.confirmable.bytesSent))
        #expect(plain.handshake == TrafficCounts() && plain.farewell == TrafficCounts())
        #expect(secure.farewell.datagramsSent == 1)
        Self.note("plain", plain)
    }

    /// Writes the rows of the table in `docs/energy.md` when `SWIFT_COAP_ENERGY_TABLE` names a file for them.
    private static func note(_ name: String, _ costs: Costs) {
        guard let path = ProcessInfo.processInfo.environment["SWIFT_COAP_ENERGY_TABLE"] else { return }
        let rows: [(String, TrafficCounts)] = [
            ("handshake", costs.handshake), ("CON report", costs.confirmable),
            ("CON report, answered late", costs.confirmableLate), ("NON report, answered", costs.answered),
            ("NON report, no answer", costs.silent), ("farewell", costs.farewell),
        ]
        let text = rows.map { row, counts in
            let credential: CredentialPlan =
                switch name {
                case "certificates": .certificate(plan)
                case "PSK": .preSharedKey(plan)
                default: .plain
                }
            let charges = RadioProfile.known.map { radio in
                var awake = radio
                awake.sleepCurrent = 0
                let use = EnergyMeter(awake).use(of: counts, credential: credential, elapsed: 60)
                return "\((use.total * 1e6).rounded() / 1e3)"
            }
            return
                "| \(name) | \(row) | \(counts.datagramsSent) | \(counts.bytesSent) | \(counts.datagramsReceived) "
                + "| \(counts.bytesReceived) | \(charges.joined(separator: " | ")) |\n"
        }
        let file = FileHandle(forWritingAtPath: path)
        _ = try? file?.seekToEnd()
        try? file?.write(contentsOf: Data(text.joined().utf8))
        try? file?.close()
    }
}
