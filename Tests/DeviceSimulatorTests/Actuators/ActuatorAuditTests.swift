// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Logging
import SenML
import Testing

@testable import DeviceSimulator

@Suite("Actuators: who set what", .timeLimit(.minutes(5)))
struct ActuatorAuditTests {
    private static let operatorID = PeerIdentity.preSharedKey(Array("operator".utf8))

    private static func bench(_ seen: Locked<[ActuatorAudit]> = Locked([])) -> HostBench {
        var valve = Actuator(.valve, quantity: "valve")
        valve.initial = 10
        valve.envelope.range = 0...80
        valve.envelope.silence = 100
        valve.envelope.failSafe = 5
        return HostBench([DeviceResource(path: "actuators/valve", .actuator(valve))]) { audit in
            seen.withLock { $0.append(audit) }
        }
    }

    @Test("Each write leaves a record, taken or not, with values before and after and the identity")
    func records() async throws {
        let seen = Locked<[ActuatorAudit]>([])
        let bench = Self.bench(seen)
        bench.move(to: 3)
        let put = try await bench.put("actuators/valve", "42", by: Self.operatorID)
        #expect(put.code == .changed)
        let refused = try await bench.put("actuators/valve", "90", by: .anonymous)
        #expect(refused.code == .badRequest)
        let nonsense = try await bench.put("actuators/valve", "much", by: Self.operatorID)
        #expect(nonsense.code == .badRequest)
        let format = try await bench.put("actuators/valve", "1", .octetStream, by: Self.operatorID)
        #expect(format.code == .unsupportedContentFormat)
        bench.move(to: 150)
        let records = bench.host.audit
        #expect(records == seen.withLock { $0 })
        try #require(records.count == 5)
        #expect(
            records[0]
                == ActuatorAudit(
                    time: HostBench.start + 3, device: "unit-1", resource: "actuators/valve", before: 10, after: 42,
                    identity: Self.operatorID, verdict: .accepted))
        #expect(records[1].before == 42 && records[1].after == 90 && records[1].identity == .anonymous)
        #expect(records[1].verdict == .refused(.badRequest, "90 % is out of range; 0 to 80 % is allowed"))
        #expect(records[2].after == nil && records[2].outcome.hasPrefix("refused, 4.00"))
        #expect(records[3].outcome.hasPrefix("refused, 4.15"))
        #expect(records[4].verdict == .failSafe && records[4].time == HostBench.start + 103)
        #expect(records[4].before == 42 && records[4].after == 5 && records[4].identity == nil)
        let valve = try await bench.get("actuators/valve")
        #expect(valve.text == "5 %")
    }

    @Test("What a program sets without a client is taken down as well")
    func written() throws {
        let bench = Self.bench()
        try bench.host.write(33, to: "actuators/valve", of: "unit-1", by: .anonymous)
        #expect(throws: ResponseError(.badRequest, "-1 % is out of range; 0 to 80 % is allowed")) {
            try bench.host.write(-1, to: "actuators/valve", of: "unit-1", by: .anonymous)
        }
        for (path, name) in [("actuators/valve", "unit-2"), ("valve", "unit-1")] {
            let error = #expect(throws: ResponseError.self) {
                try bench.host.write(1, to: path, of: name, by: .anonymous)
            }
            #expect(error?.code == .notFound)
        }
        #expect(
            bench.host.audit.map(\.outcome) == [
                "accepted", "refused, 4.00 Bad Request: -1 % is out of range; 0 to 80 % is allowed",
            ])
        #expect(bench.host.devices[0].value(of: 0) == 33)
    }

    @Test("They can be read as text, JSON and CBOR, and are listed")
    func resource() async throws {
        let bench = Self.bench()
        _ = try await bench.put("actuators/valve", "42", by: Self.operatorID)
        let text = try await bench.get("audit")
        #expect(text.text == "2027-01-15T08:00:00Z unit-1/actuators/valve 10 -> 42 psk:operator accepted")
        let json = try await bench.get("audit", accept: .json)
        guard case .array(let records) = try JSONParser.parse(json.payload) else {
            Issue.record("no list: \(json.text)")
            return
        }
        #expect(
            records.first?["identity"] == .string("psk:operator") && records.first?["verdict"] == .string("accepted"))
        let links = try LinkFormat(parsing: try await bench.get(".well-known/core").payload).links
        #expect(links.map(\.target) == ["/actuators/valve", "/audit"])
    }

    @Test("What a peer has written does not make lines of its own, nor long ones")
    func quoted() async throws {
        let bench = Self.bench()
        let label = String(repeating: "x", count: 5_000) + #"\n2027-01-01T00:00:00Z forged_"#
        let put = try await bench.put("actuators/valve", #"[{"n":"a","v":1,"\#(label)":1}]"#, .senMLJSON)
        #expect(put.code == .badRequest)
        let audit = try await bench.get("audit")
        #expect(audit.text.hasPrefix("2027-01-15T08:00:00Z unit-1/actuators/valve 10 -> - anonymous refused, 4.00"))
        #expect(!audit.text.contains("\n") && audit.payload.count < 400, "\(audit.text)")
    }

    @Test("The newest thousand are kept, and the list of them is bounded")
    func bounded() {
        var trail = AuditTrail()
        for number in 0..<2_345 {
            trail.add(
                ActuatorAudit(
                    time: Double(number), device: "d", resource: "r", before: nil, after: nil, identity: nil,
                    verdict: .accepted))
        }
        #expect(trail.records.map(\.time) == (1_345..<2_345).map(Double.init))
        // What is refused pushes out none of what was done.
        for number in 0..<1_500 {
            trail.add(
                ActuatorAudit(
                    time: Double(10_000 + number), device: "d", resource: "r", before: nil, after: nil, identity: nil,
                    verdict: .refused(.badRequest, "no")))
        }
        #expect(trail.records.map(\.time) == (Array(1_345..<2_345) + Array(10_500..<11_500)).map(Double.init))
    }

    @Test("A fail-safe value is taken down where it changes nothing, and before what comes later")
    func unchangedFailSafe() async throws {
        var dimmer = Actuator(.dimmer, quantity: "lamp")
        dimmer.envelope.silence = 30
        dimmer.envelope.failSafe = 0
        let bench = HostBench([DeviceResource(path: "lamp", .actuator(dimmer))])
        bench.move(to: 29.5)
        bench.move(to: 31)
        #expect(bench.host.audit.map(\.verdict) == [.failSafe])
        bench.set(31.2)
        _ = try await bench.put("lamp", "0")
        // It is silent for 30 s at 61.2, after the last look.
        bench.move(to: 61.1)
        bench.set(61.5)
        _ = try await bench.put("lamp", "10")
        #expect(bench.host.audit.map(\.verdict) == [.failSafe, .accepted, .failSafe, .accepted])
        #expect(bench.host.audit.map(\.time) == bench.host.audit.map(\.time).sorted())
    }

    @Test("Over DTLS the identity is the one that was proved, and a safety refusal reaches the client as it is")
    func overDTLS() async throws {
        let key = try PreSharedKey(identity: "operator", key: Secret("a key of sixteen and more".utf8))
        let bench = Self.bench()
        try await Loopback.withServer(
            HostBench.router(bench.host), endpoints: [.coaps("::1", port: 0)],
            security: .preSharedKeys(try PreSharedKeyTable([key]))
        ) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .preSharedKey(key)) { session in
                let put = try await session.put("actuators/valve", text: "12.5")
                #expect(put.code == .changed)
                let refused = try await session.put("actuators/valve", text: "81")
                #expect(refused.code == .badRequest && refused.text == "81 % is out of range; 0 to 80 % is allowed")
                let audit = try await session.get("audit")
                #expect(audit.text.contains(" 10 -> 12.5 psk:operator accepted\n"))
            }
        }
        #expect(bench.host.audit.map(\.identity) == [Self.operatorID, Self.operatorID])
    }

    @Test("The log has what was done; what was refused only for those who look closely")
    func log() async throws {
        let lines = Locked<[(Logger.Level, String)]>([])
        var logger = Logger(label: "audit") { _ in LineHandler(lines: lines) }
        logger.logLevel = .info
        let host = DeviceHost(.thermostat, logger: logger)
        let tester = RouterTester(HostBench.router(host))
        for body in ["on", "perhaps"] {
            _ = try await tester.response(
                .put, "actuators/led", payload: Array(body.utf8), from: Peer(identity: Self.operatorID))
        }
        let seen = lines.withLock { $0.map(\.1) }
        #expect(seen.count == 1)
        #expect(seen.first?.contains("psk:operator") == true && seen.first?.contains("actuators/led") == true)
    }
}

/// Keeps what is logged.
private struct LineHandler: LogHandler {
    let lines: Locked<[(Logger.Level, String)]>
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    init(lines: Locked<[(Logger.Level, String)]>) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = "\(event.message) \(event.metadata ?? [:])"
        let level = event.level
        lines.withLock { $0.append((level, line)) }
    }
}
