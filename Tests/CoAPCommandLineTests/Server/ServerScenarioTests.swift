// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import Foundation
import ScenarioFile
import SenML
import Testing

@testable import CoAPCommandLine

@Suite("coap-server --scenario", .timeLimit(.minutes(5)))
struct ServerScenarioTests {
    /// Two rooms and a fault at once that lasts; so that what happens does not hang on when it is looked at.
    private static let rooms = """
        scenario: rooms
        title: Two rooms
        time: {start: 2026-01-15T06:00:00Z, speed: 10}
        groups:
          - devices: room-{n}
            count: 2
            resources:
              sensors/temperature: {sensor: temperature, unit: Cel, signal: 20, quantum: 0.1}
              sensors/level: {sensor: level, unit: m, signal: 1.5, quantum: 0.1}
              actuators/valve: {actuator: valve, initial: 0}
            report: {every: 5 s}
        events:
          - {at: 1 s, do: set, devices: room-2, resource: actuators/valve, value: 50}
          - {at: 3 min, do: restart-server, for: 2 s}
        """

    @Test("A scenario of several devices: each in its folder, what it leaves out is said once, and its hints work")
    func several() async throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.rooms.utf8, to: "rooms.yaml")
        let arguments = ["--scenario", folder.path("rooms.yaml")]
        try await RunningServer.with(listen: ["coap://127.0.0.1:0"], arguments: arguments) { server in
            let started = await server.process.output { $0.contains("coap-put") }
            #expect(
                started.output.contains(
                    "serving rooms, 2 devices, from 2026-01-15T06:00:00Z, 10 simulated seconds a second\n"),
                "\(started.transcript)")
            #expect(started.output.contains("  coap-get \(server.coap("/room-1/sensors/temperature"))\n"))
            #expect(started.output.contains("  coap-put -e 0 \(server.coap("/room-1/actuators/valve"))\n"))
            #expect(started.errors.components(separatedBy: "restart-server").count == 2, "\(started.transcript)")
            #expect(started.errors.contains("and its reports are for 'coap simulate'"), "\(started.transcript)")
            let list = try await ToolProcess.run(.coap, ["discover", server.coap()])
            for path in ["/room-1/sensors/temperature", "/room-2/sensors/level", "/room-2/actuators/valve", "/reports"]
            {
                #expect(list.output.contains(path + " "), "\(list.transcript)")
            }
            #expect(!list.output.contains("/simulation"))
            let read = try await ToolProcess.run(.get, [server.coap("/room-2/sensors/temperature")])
            #expect(read.status == 0 && read.output.hasPrefix("20.0 °C"), "\(read.transcript)")
            // The event comes after 100 ms; its notification, if it was not there yet.
            let valve = try await ToolProcess.run(
                .shell,
                [
                    "-c",
                    "\(Tool.coap.url.path) observe --until 60s \(server.coap("/room-2/actuators/valve")) | grep -q -m 1 50",
                ])
            #expect(valve.status == 0, "\(valve.transcript)")
        }
    }

    @Test("What was called device is the thermostat still")
    func synonym() async throws {
        try await RunningServer.with(listen: ["coap://127.0.0.1:0"], arguments: ["--scenario", "device"]) { server in
            let read = try await ToolProcess.run(.get, [server.coap("/actuators/led")])
            #expect(read.status == 0 && read.output == "off\n", "\(read.transcript)")
        }
    }

    @Test("A name that is none gets the near one and the list; a broken file its line, and what may stand there")
    func refusals() async throws {
        let folder = try TemporaryFolder()
        let broken = try folder.write(Self.rooms.replacing("quantum", with: "quantm").utf8, to: "broken.yaml")
        func run(_ arguments: [String]) async throws -> ToolResult {
            try await ToolProcess.run(
                .server, ["--listen", "coap://127.0.0.1:0"] + arguments, folder: folder.path)
        }
        let misspelled = try await run(["--scenario", "smart-bilding"])
        #expect(misspelled.status == 66 && misspelled.complainsOnce, "\(misspelled.transcript)")
        for word in ["smart-building", "thermostat", "greenhouse"] { #expect(misspelled.errors.contains(word)) }
        let file = try await run(["--scenario", broken])
        #expect(file.status == 65 && file.complainsOnce, "\(file.transcript)")
        #expect(file.errors.contains("broken.yaml:8: ") && file.errors.contains("quantum"), "\(file.transcript)")
        let missing = try await run(["--scenario", "./nowhere.yaml"])
        #expect(missing.status == 66 && missing.complainsOnce, "\(missing.transcript)")
        let fast = try await run(["--speed", "0"])
        #expect(fast.status == 64 && fast.complainsOnce && fast.errors.contains("--speed"), "\(fast.transcript)")
        let judged = try await run(["--scenario", "plugtest", "--seed", "3"])
        #expect(judged.status == 64 && judged.complainsOnce, "\(judged.transcript)")
        let controlled = try await run(["--scenario", "plugtest", "--control"])
        #expect(controlled.status == 64 && controlled.complainsOnce, "\(controlled.transcript)")
    }

    @Test("Every scenario that comes with the program is hosted, and the first line offered for it works")
    func shipped() async throws {
        for (name, _) in ScenarioDocument.shipped where name != "plugtest" {
            try await RunningServer.with(listen: ["coap://127.0.0.1:0"], arguments: ["--scenario", name]) { server in
                let started = await server.process.output { $0.contains("  coap-get ") && $0.hasSuffix("\n") }
                let line = try #require(started.output.split(separator: "\n").first { $0.hasPrefix("  coap-get ") })
                let uri = try #require(line.split(separator: " ").last.map(String.init))
                let result = try await ToolProcess.run(.get, [uri])
                // A sensor that warms up says so.
                #expect(result.status == 0 || result.status == 5, "\(name): \(result.transcript)")
            }
        }
    }

    @Test("Devices report to it: each report is counted, and the newest values are shown")
    func reports() async throws {
        try await RunningServer.with(listen: ["coaps://127.0.0.1:0"]) { server in
            let pack = #"[{"bn":"urn:dev:ops:32473-room-1:","n":"temperature","u":"Cel","v":21.5}]"#
            let post = try await ToolProcess.run(
                .coap, ["post", "-t", "senml", "-e", pack] + server.identity + [server.coaps("/reports")])
            #expect(post.status == 0, "\(post.transcript)")
            let shown = try await ToolProcess.run(.get, server.identity + [server.coaps("/reports")])
            #expect(
                shown.output.contains("device-1: 1 report,") && shown.output.contains("21.5"), "\(shown.transcript)")
            let json = try await ToolProcess.run(
                .get, server.identity + ["-A", "json", "--raw", server.coaps("/reports")])
            #expect(try JSONParser.parse(json.outputBytes)["reports"] == .number("1"))
        }
    }
}
