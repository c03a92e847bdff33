// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import DeviceSimulator
import Foundation
import ScenarioFile
import Testing

@Suite("coap record", .timeLimit(.minutes(10)))
struct RecordToolTests {
    /// A value that changes every two seconds, and one that is only asked for.
    private static let source = """
        scenario: source
        groups:
          - devices: source
            resources:
              sensors/temperature:
                sensor: temperature
                unit: Cel
                signal: {replay: {points: [[0, 20.5], [2, 21.25], [4, 19.75], [6, 22]], repeat: false}}
                period: 0.5 s
                title: Air temperature
              sensors/level: {sensor: level, unit: m, signal: 1.5}
              device: {description: true}
              firmware: {firmware: true}
        """

    @Test("It records our server, and what it wrote shows the same values at the same times when it is hosted")
    func roundTrip() async throws {
        let folder = try TemporaryFolder()
        let source = try folder.write(Self.source.utf8, to: "source.yaml")
        let file = folder.path("copy.yaml")
        try await RunningServer.with(listen: ["coap://127.0.0.1:0"], arguments: ["--scenario", source]) { server in
            let result = try await ToolProcess.run(
                .coap, ["record", "--duration", "8s", "--every", "500ms", server.coap(), "-o", file])
            #expect(result.status == 0, "\(result.transcript)")
            #expect(result.output.contains("/sensors/temperature  observed"), "\(result.transcript)")
            #expect(result.output.contains("/firmware: it is 262144 bytes long"), "\(result.transcript)")
            #expect(result.output.hasSuffix("play it back with: coap-server --scenario \(file)\n"))
            let again = try await ToolProcess.run(.coap, ["record", "--duration", "1s", server.coap(), "-o", file])
            #expect(
                again.status == 73 && again.complainsOnce && again.errors.contains("--overwrite"), "\(again.transcript)"
            )
        }
        let scenario = try ScenarioDocument(file).scenario
        let resources = scenario.groups[0].resources
        #expect(resources.map(\.path) == ["sensors/temperature", "sensors/level"])
        #expect(resources[0].title == "Air temperature" && resources[0].interface == "core.s")
        guard case .sensor(let sensor) = resources[0].content, case .replay(let track) = sensor.signal else {
            Issue.record("no recording: \(scenario)")
            return
        }
        #expect(sensor.unit == "Cel" && sensor.quantity == "temperature")
        // It may have begun late, on a machine that is busy: what it saw has to be in order and lead to the end.
        let expected = [20.5, 21.25, 19.75, 22]
        let values = track.points.map(\.value)
        #expect(values.last == 22 && values.dropLast().elementsEqual(expected.suffix(values.count - 1)), "\(values)")
        // Each value comes at its time and stays until the next one.
        let device = Device(number: 1, of: scenario.groups[0], in: scenario)
        for (point, next) in zip(track.points, track.points.dropFirst())
        where next.time - point.time > 2 * sensor.period {
            device.advance(to: point.time + sensor.period)
            #expect(device.value(of: 0) == point.value)
            device.advance(to: next.time - 0.001)
            #expect(device.value(of: 0) == point.value)
        }
        try await RunningServer.with(listen: ["coap://127.0.0.1:0"], arguments: ["--scenario", file]) { server in
            let read = try await ToolProcess.run(.get, [server.coap("/sensors/level")])
            #expect(read.status == 0 && read.output == "1.5 m\n", "\(read.transcript)")
            let list = try await ToolProcess.run(.coap, ["discover", "--table", server.coap(), "--href", "/sensors*"])
            #expect(list.output.contains("Air temperature"), "\(list.transcript)")
        }
    }

    @Test("Ctrl-C ends it, and what was recorded until then is written")
    func interrupted() async throws {
        let folder = try TemporaryFolder()
        let (router, asked) = Self.counting()
        try await Loopback.withServer(router) { uris in
            let process = try ToolProcess(
                .coap, ["record", "--every", "100ms", uris[0].authority, "-o", folder.path("x.yaml")])
            // The first question is whether it is a number at all.
            for await number in asked where number == 3 { break }
            process.interrupt()
            let result = await process.end()
            #expect(result.status == 0 && result.output.hasPrefix("recorded "), "\(result.transcript)")
            #expect(try ScenarioDocument(folder.path("x.yaml")).scenario.deviceCount == 1)
        }
    }

    @Test("A server that dies is told with when it answered last; what came until then is written")
    func died() async throws {
        let folder = try TemporaryFolder()
        let (router, asked) = Self.counting()
        let recorder = Locked<ToolProcess?>(nil)
        try await Loopback.withServer(router) { uris in
            let process = try ToolProcess(
                .coap,
                [
                    "record", "--every", "100ms", "--duration", "15s", "-B", "2", uris[0].authority, "-o",
                    folder.path("x.yaml"),
                ])
            recorder.withLock { $0 = process }
            for await number in asked where number == 3 { break }
        }
        let process = try #require(recorder.withLock { $0 })
        let result = await process.end()
        #expect(result.status == 69 && result.errors.contains("has not answered since"), "\(result.transcript)")
        #expect(result.output.contains("nothing came after "), "\(result.transcript)")
        #expect(try ScenarioDocument(folder.path("x.yaml")).scenario.deviceCount == 1)
    }

    @Test("A place that cannot be written is said before anything is recorded")
    func noPlace() async throws {
        let result = try await ToolProcess.run(
            .coap, ["record", "--duration", "1h", "coap://127.0.0.1:1", "-o", "/no/such/folder/x.yaml"])
        #expect(result.status == 73 && result.complainsOnce && result.errors.contains("folder"), "\(result.transcript)")
    }

    /// A sensor that says how often it was asked.
    private static func counting() -> (Router, AsyncStream<Int>) {
        let (stream, continuation) = AsyncStream<Int>.makeStream()
        let count = Locked(0)
        let router = Router()
        router.get("x", attributes: .init(interface: "core.s")) { _, _ -> String in
            let number = count.withLock { count in
                count += 1
                return count
            }
            continuation.yield(number)
            return "\(number) V"
        }
        return (router, stream)
    }

    @Test("A server without numbers is said to have none, and no file is made")
    func nothing() async throws {
        let folder = try TemporaryFolder()
        let router = Router()
        router.get("name") { _, _ in "nobody" }
        router.get("secret", attributes: .init(interface: "core.s")) { _, _ -> String in
            throw ResponseError(.forbidden, "not you")
        }
        try await Loopback.withServer(router) { uris in
            let result = try await ToolProcess.run(
                .coap, ["record", "--duration", "1s", uris[0].authority, "-o", folder.path("x.yaml")])
            #expect(result.status == 69 && result.complainsOnce, "\(result.transcript)")
            #expect(
                result.errors.contains("/name: it gives no number") && result.errors.contains("4.03"),
                "\(result.transcript)")
            #expect(!FileManager.default.fileExists(atPath: folder.path("x.yaml")))
        }
    }

    @Test("A resource that fails now and then is recorded all the same, and how often it failed is said")
    func failing() async throws {
        let folder = try TemporaryFolder()
        let asked = Locked(0)
        let router = Router()
        router.get("flaky", attributes: .init(interface: "core.s")) { _, _ -> String in
            let number = asked.withLock { number in
                number += 1
                return number
            }
            guard number % 2 == 1 else { throw ResponseError(.serviceUnavailable, "later") }
            return "\(number) V"
        }
        try await Loopback.withServer(router) { uris in
            let result = try await ToolProcess.run(
                .coap,
                [
                    "record", "--duration", "3s", "--every", "100ms", "--path", "flaky", uris[0].authority, "-o",
                    folder.path("x.yaml"),
                ])
            #expect(result.status == 0 && result.output.contains("5.03"), "\(result.transcript)")
            #expect(result.output.contains("/flaky  polled"), "\(result.transcript)")
        }
        #expect(try ScenarioDocument(folder.path("x.yaml")).scenario.groups[0].resources[0].path == "flaky")
    }

    @Test(
        "What the command line must not say",
        arguments: [
            (["--every", "0s"], "--every"), (["--duration", "soon"], "--duration"), (["--name", "a b"], "--name"),
            (["--name", "_x"], "--name"),
            (["-o", ""], "-o"),
        ])
    func usage(arguments: [String], says: String) async throws {
        let result = try await ToolProcess.run(.coap, ["record", "coap://127.0.0.1:1", "-o", "-"] + arguments)
        #expect(result.status == 64 && result.complainsOnce && result.errors.contains(says), "\(result.transcript)")
    }
}
