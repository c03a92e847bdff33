// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@testable import DeviceSimulator

@Suite("Breaking a simulation by hand")
struct SimulationControlTests {
    private let scenario: Scenario
    private let devices: [Device]
    private let tester: RouterTester

    init() {
        var scenario = Scenario(name: "rooms")
        scenario.title = "Three rooms and a tank"
        var rooms = DeviceGroup(name: NamePattern("room-{n}"))
        rooms.count = 3
        var sensor = Sensor(
            quantity: "temperature", unit: "Cel", signal: .ramp(from: 0, to: 1_000, start: 0, duration: 1_000))
        sensor.period = 1
        rooms.resources = [DeviceResource(path: "sensors/temperature", .sensor(sensor))]
        var tank = rooms
        tank.name = NamePattern("tank")
        tank.count = 1
        tank.resources[0].path = "sensors/level"
        scenario.groups = [rooms, tank]
        self.scenario = scenario
        devices = scenario.groups.flatMap { group in
            group.numbers.map { Device(number: $0, of: group, in: scenario) }
        }
        let router = Router()
        SimulationControl(of: devices, in: scenario).register(on: router)
        tester = RouterTester(router)
    }

    private func advance(to time: Double) { for device in devices { device.advance(to: time) } }

    private func post(_ text: String) async throws -> Response {
        try await tester.response(
            .post, "simulation/faults", contentFormat: .text, payload: Array(text.utf8),
            from: Peer(identity: .preSharedKey(Array("mallory".utf8))))
    }

    @Test("A fault meets those it names, for as long as it says, and is listed until then with who asked for it")
    func fault() async throws {
        advance(to: 10)
        let answer = try await post("stuck room-*/sensors/temperature for 30 s")
        #expect(answer.code == .changed && answer.text.contains("3 devices"), "\(answer.text)")
        advance(to: 20)
        #expect(devices.map { $0.value(of: 0) } == [10, 10, 10, 20])
        let list = try await tester.response(.get, "simulation/faults")
        #expect(list.text.contains("psk:mallory") && list.text.contains("20 s left"), "\(list.text)")
        let status = try await tester.response(.get, "simulation", accept: .json)
        #expect(
            status.text
                == #"{"scenario":"rooms","title":"Three rooms and a tank","time":20,"speed":1,"devices":4,"running":4,"faults":1}"#
        )
        advance(to: 50)
        #expect(devices[0].value(of: 0) == 50)
        let after = try await tester.response(.get, "simulation/faults", accept: .json)
        #expect(after.text == "[]")
    }

    @Test("A device that reboots is away")
    func reboot() async throws {
        advance(to: 10)
        let answer = try await post("reboot room-2 for 5 s")
        #expect(answer.code == .changed && answer.text == "reboot room-2 for 5 s: 1 device")
        advance(to: 12)
        #expect(devices.map(\.isRunning) == [true, false, true, true])
        let status = try await tester.response(.get, "simulation")
        #expect(status.text.contains("devices: 4, 3 of them running"), "\(status.text)")
        advance(to: 20)
        #expect(devices.map(\.isRunning) == [true, true, true, true])
    }

    @Test("A path as it stands in a URI means that of all devices")
    func barePath() async throws {
        let answer = try await post("offset 3 sensors/level for 1 min")
        #expect(answer.text == "offset 3 */sensors/level for 1 min: 1 device")
    }

    @Test("Whoever is not there is told what is", arguments: ["stuck room-9*", "stuck room-1/sensors/level"])
    func missing(command: String) async throws {
        let answer = try await post(command)
        #expect(answer.code == .notFound && answer.text.contains("room-1, room-2, room-3"), "\(answer.text)")
    }

    @Test("What is asked for is refused with what can be written, in the formats that are taken")
    func refusals() async throws {
        let bad = try await post("melt room-1")
        #expect(bad.code == .badRequest && bad.text.contains("GET this resource shows what can be written"))
        let shown = try await tester.response(.get, "simulation/faults")
        #expect(shown.text.contains("clock-skew 30 room-007"))
        let format = try await tester.response(
            .post, "simulation/faults", contentFormat: .octetStream, payload: [1])
        #expect(format.code == .unsupportedContentFormat)
    }

    @Test("No more faults are remembered than there is place for")
    func bounded() async throws {
        for _ in 0..<150 { _ = try await post("offset 1 room-1 for 1 h") }
        let list = try await tester.response(.get, "simulation/faults")
        #expect(
            list.text.split(separator: "\n").count { $0.hasPrefix("offset 1 ") } == SimulationControl.maximumRemembered)
    }

    @Test("Patterns of names")
    func patterns() {
        #expect(FaultTarget.matches("room-007", "room-00*") && FaultTarget.matches("room-007", "*7"))
        #expect(FaultTarget.matches("abcabc", "*abc") && FaultTarget.matches("", "*") && FaultTarget.matches("a", "a"))
        #expect(!FaultTarget.matches("room-017", "room-00*") && !FaultTarget.matches("room", "room-*"))
        #expect(FaultTarget.matches("aXbXc", "a*b*c") && !FaultTarget.matches("ab", "a*b*c"))
        #expect(!FaultTarget.matches(String(repeating: "a", count: 200), String(repeating: "a*", count: 50) + "b"))
    }
}
