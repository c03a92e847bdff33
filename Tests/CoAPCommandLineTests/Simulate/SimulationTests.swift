// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import Foundation
import SenML
import Testing

/// `coap simulate` over real DTLS.
@Suite("coap simulate", .timeLimit(.minutes(5)))
struct SimulationTests {
    @Test("Through an outage, a restart of the server and new keys every report gets there, once")
    func survives() async throws {
        let yaml = SimulatedFleet.rooms(
            10, duration: 8,
            events: [
                "{at: 2 s, do: outage, devices: \"room-1*\", for: 1 s}", "{at: 3 s, do: restart-server, for: 1 s}",
                "{at: 5 s, do: rotate-keys, devices: \"room-2\"}", "{at: 6 s, do: rebind, devices: \"room-1\"}",
            ])
        let folder = try SimulatedFleet.folder(yaml)
        let result = try await SimulatedFleet.run(["rooms.yaml", "--json", "--quiet"], in: folder)
        #expect(result.status == 0, "\(result.transcript)")
        let made = try SimulatedFleet.number("reports.made", of: result)
        #expect(made >= 80)
        for key in ["delivered", "received"] {
            let count = try SimulatedFleet.number("reports.\(key)", of: result)
            #expect(count == made, "\(key): \(result.transcript)")
        }
        let (lost, handshakes) = (
            try SimulatedFleet.number("reports.lost", of: result),
            try SimulatedFleet.number("handshakes.done", of: result)
        )
        // All ten came back after the restart, and the one with a new key once more.
        #expect(lost == 0 && handshakes >= 21, "\(result.transcript)")
    }

    @Test(
        "Keys, certificates and plain CoAP: all kinds report",
        arguments: ["{psk: \"k-{n}\"}", "{certificate: \"c-{n}\"}", "plain"])
    func kinds(credentials: String) async throws {
        let folder = try SimulatedFleet.folder(
            SimulatedFleet.rooms(
                3, duration: 2, credentials: credentials, assertions: ["reports lost == 0", "errors == 0"]))
        let result = try await SimulatedFleet.run(["rooms.yaml", "--csv", "v.csv"], in: folder)
        #expect(result.status == 0, "\(result.transcript)")
        #expect(result.output.contains("2 assertions, 0 failed\n  ok      reports lost == 0: "), "\(result.transcript)")
        let lines = String(decoding: try folder.read("v.csv"), as: UTF8.self).split(separator: "\n")
        #expect(lines.count >= 7 && lines[1].hasPrefix("2026-01-15T06:00:00Z,room-1,sensors/temperature,"))
    }

    @Test("Whose key has run out gets nothing any more: the assertion fails")
    func expired() async throws {
        let folder = try SimulatedFleet.folder(
            SimulatedFleet.rooms(
                2, duration: 4, events: ["{at: 2 s, do: expire, devices: room-2}"],
                assertions: ["handshakes failed == 0"]))
        let result = try await SimulatedFleet.run(["rooms.yaml"], in: folder)
        #expect(result.status == 1 && result.output.contains("FAILED  handshakes failed == 0"), "\(result.transcript)")
        #expect(result.output.contains("handshakes failed, mostly: no DTLS session with "), "\(result.transcript)")
    }

    @Test("A fleet reports to coap-server with the keys of its folder")
    func coapServer() async throws {
        let folder = try SimulatedFleet.folder(SimulatedFleet.rooms(4, duration: 3))
        try await ToolProcess.run(.coap, ["keys", "init"], folder: folder.path).expectSuccess()
        let missing = try await SimulatedFleet.run(["rooms.yaml", "coaps://127.0.0.1:1", "--keys", "keys"], in: folder)
        #expect(missing.status == 65 && missing.complainsOnce, "\(missing.transcript)")
        #expect(missing.errors.contains("coap keys fleet --count 4 --prefix room- --psk;"), "\(missing.transcript)")
        try await ToolProcess.run(
            .coap, ["keys", "fleet", "--count", "4", "--prefix", "room-", "--psk"], folder: folder.path
        ).expectSuccess()
        let server = try await RunningServer(folder: folder)
        let result = try await SimulatedFleet.run(
            ["rooms.yaml", server.coaps(), "--keys", "keys", "--json", "--quiet"], in: folder)
        #expect(result.status == 0, "\(result.transcript)")
        let delivered = try SimulatedFleet.number("reports.delivered", of: result)
        let seen = try await ToolProcess.run(.coap, ["get", server.coaps("/reports")] + server.identity)
        #expect(seen.output.hasPrefix("\(delivered) reports of 4 devices, 0 came again\n"), "\(seen.transcript)")
        let plain = try await SimulatedFleet.run(
            ["rooms.yaml", server.coap("/no/such"), "--json", "--quiet"], in: folder)
        #expect(plain.status == 1 && plain.output.contains("\"4.04\""), "\(plain.transcript)")
        try await server.stop()
    }

    @Test("What only the own server can do is refused at somebody else's, or left out")
    func serverEvents() async throws {
        let folder = try SimulatedFleet.folder(
            SimulatedFleet.rooms(1, duration: 1, events: ["{at: 500 ms, do: restart-server, for: 1 s}"]))
        let server = try await RunningServer(listen: ["coap://127.0.0.1:0"])
        let refused = try await SimulatedFleet.run(["rooms.yaml", server.coap()], in: folder)
        #expect(refused.status == 64 && refused.errors.contains("--skip-server-events"), "\(refused.transcript)")
        let skipped = try await SimulatedFleet.run(["rooms.yaml", server.coap(), "--skip-server-events"], in: folder)
        #expect(skipped.status == 0, "\(skipped.transcript)")
        try await server.stop()
    }

    @Test("No speed makes a time that is none", arguments: ["1e-25", "0.0009", "1000001", "nan", "inf"])
    func speeds(speed: String) async throws {
        let folder = try SimulatedFleet.folder(
            SimulatedFleet.rooms(1, duration: 1, events: ["{at: 0 s, do: restart-server, for: 1 s}"]))
        let result = try await SimulatedFleet.run(["rooms.yaml", "--speed", speed], in: folder)
        #expect(result.status == 64 && result.errors.contains("from 0.001 to 1000000"), "\(result.transcript)")
        let yaml = SimulatedFleet.rooms(1, duration: 1).replacing(
            "duration: 1 s}", with: "duration: 1 s, speed: \(speed)}")
        try folder.write(Array(yaml.utf8), to: "fast.yaml", permissions: 0o644)
        let read = try await SimulatedFleet.run(["fast.yaml"], in: folder)
        #expect(read.status == 65 && read.errors.contains("speed"), "\(read.transcript)")
    }

    @Test("A fault is injected by hand")
    func control() async throws {
        let folder = try SimulatedFleet.folder(SimulatedFleet.rooms(2, duration: 600))
        let tool = try ToolProcess(
            .coap, ["simulate", "rooms.yaml", "--control", "coap://[::1]:0"], folder: folder.path)
        let started = await tool.errors { $0.contains("/simulation/faults\n") }
        let line = try #require(started.errors.split(separator: "\n").first { $0.hasPrefix("control at ") })
        let uri = String(line.dropFirst("control at ".count))
        let post = try await ToolProcess.run(.coap, ["post", uri, "-e", "dropout room-*/sensors/temperature for 30 s"])
        #expect(post.status == 0, "\(post.transcript)")
        #expect(post.output.contains(": 2 devices"), "\(post.transcript)")
        tool.interrupt()
        _ = await tool.end()
    }
}
