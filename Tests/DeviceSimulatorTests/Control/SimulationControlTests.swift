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

    @Test("No more faults last at a time than there is place for, and what is over makes place")
    func bounded() async throws {
        for _ in 0..<SimulationControl.maximumActive {
            let answer = try await post("offset 1 room-1 for 1 h")
            #expect(answer.code == .changed)
        }
        let refused = try await post("spike 1 room-1")
        #expect(refused.code == .serviceUnavailable && refused.text.contains("DELETE"), "\(refused.text)")
        let list = try await tester.response(.get, "simulation/faults")
        let lines = list.text.split(separator: "\n").filter { $0.hasPrefix("offset 1 ") }
        #expect(lines.count == SimulationControl.maximumActive)
        advance(to: 3_601)
        let answer = try await post("spike 1 room-1")
        #expect(answer.code == .changed)
    }

    @Test("Spikes count until a sample has met them")
    func spikes() async throws {
        for _ in 0..<SimulationControl.maximumActive { _ = try await post("spike 1 room-1") }
        let refused = try await post("spike 1 room-1")
        #expect(refused.code == .serviceUnavailable)
    }

    @Test("A sensor forgets each fault that is over, whatever the others do")
    func forgotten() {
        let sensor = Sensor(quantity: "x", unit: "", signal: .constant(1))
        var bank = SignalBank(seed: 1, start: 0)
        let signal = bank.add(sensor.signal, name: "x", step: 1, shared: [:])
        var state = SensorState(sensor, resource: 0, signal: signal, stream: RandomStream(seed: 1, name: "x"))
        state.add(FaultState(.offset(1), duration: 1_000, Occurrences(at: 0)))
        for _ in 0..<10 {
            for _ in 0..<10 { state.add(FaultState(.spike(1), duration: 0.1, Occurrences(at: state.next))) }
            _ = state.take(1, since: 0)
            _ = state.take(1, since: 0)
            #expect(state.faults.count == 1)
        }
    }

    @Test("DELETE ends what was asked for, all or by target, and devices that are away for it come back")
    func withdrawn() async throws {
        advance(to: 10)
        for command in ["stuck room-1 for 1 h", "stuck room-2/sensors/temperature for 1 h", "reboot room-3 for 1 h"] {
            _ = try await post(command)
        }
        advance(to: 20)
        #expect(devices.map { $0.value(of: 0) } == [10, 10, nil, 20])
        let one = try await tester.response(.delete, "simulation/faults?target=room-2/*")
        #expect(one.code == .deleted && one.text == "1 fault ended")
        advance(to: 30)
        #expect(devices.map { $0.value(of: 0) } == [10, 30, nil, 30])
        let some = try await tester.response(.get, "simulation", accept: .json)
        #expect(some.text.contains(#""running":3,"faults":2"#), "\(some.text)")
        let all = try await tester.response(.delete, "simulation/faults")
        #expect(all.text == "2 faults ended")
        advance(to: 40)
        #expect(devices.map { $0.value(of: 0) } == [40, 40, 40, 40])
        let none = try await tester.response(.get, "simulation", accept: .json)
        #expect(none.text.contains(#""running":4,"faults":0"#), "\(none.text)")
        let bad = try await tester.response(.delete, "simulation/faults?device=room-2")
        #expect(bad.code == .badRequest)
    }

    @Test("What the scenario does is not taken back")
    func scenarioFaults() async throws {
        devices[0].inject(Fault(.stuck, .at(0), duration: 100))
        advance(to: 10)
        _ = try await tester.response(.delete, "simulation/faults")
        advance(to: 20)
        #expect(devices[0].value(of: 0) == 0)
    }

    @Test("A resource may be a pattern; what is no sensor is not met, and a reboot is one of a whole device")
    func targets() async throws {
        let some = try await post("stuck */sensors/*")
        #expect(some.text.hasSuffix(": 4 devices"), "\(some.text)")
        let level = try await post("dropout */sensors/l*")
        #expect(level.text.hasSuffix(": 1 device"), "\(level.text)")
        var group = DeviceGroup(name: NamePattern("lamp"))
        group.resources = [DeviceResource(path: "led", .actuator(Actuator(.switch, quantity: "led")))]
        let lamp = Device(number: 1, of: group, in: scenario)
        let control = SimulationControl(of: devices + [lamp], in: scenario)
        for command in ["stuck lamp/led", "stuck lamp", "nan */led"] {
            let error = try #require(throws: ResponseError.self) {
                try control.inject(FaultCommand(command), by: .anonymous)
            }
            #expect(error.code == .notFound, "\(command)")
        }
        #expect(try control.inject(FaultCommand("reboot lamp"), by: .anonymous).devices == 1)
        let error = try #require(throws: ResponseError.self) {
            try control.inject(FaultCommand("reboot room-1/sensors/temperature"), by: .anonymous)
        }
        #expect(error.code == .badRequest)
    }

    @Test("A fault of a fleet that runs begins at the present moment, not at the device's last sample")
    func fleet() async throws {
        let scenario = Scenario.fleet(2, report: .every(60), duration: 200) { group in
            guard case .sensor(var sensor) = group.resources[0].content else { return }
            sensor.period = 60
            group.resources[0] = DeviceResource(path: "sensors/temperature", .sensor(sensor))
        }
        var both = scenario
        both.groups.append(scenario.groups[0])
        both.groups[1].name = NamePattern("clock-{n}")
        both.groups[1].count = 1
        both.groups[1].resources = [
            DeviceResource(path: "s", .sensor(Sensor(quantity: "s", unit: "", signal: .constant(1))))
        ]
        let fleet = Fleet(both)
        let control = SimulationControl(of: fleet)
        let command = try FaultCommand("dropout dev-01 for 30 s")
        let network = FakeNetwork()
        let times = Locked<[Double]>([])
        let starts = Locked<[Double]>([])
        _ = try await fleet.run(in: network, by: network, clock: network.clock) { device, sample in
            if device == 0 { times.withLock { $0.append(sample.time) } }
            if device == 2, sample.time == 50 {
                starts.withLock { $0.append(fleet.time) }
                _ = try? control.inject(command, by: .anonymous)
            }
        }
        #expect(times.withLock { $0 } == [0, 120, 180])
        #expect(starts.withLock { $0.allSatisfy { $0 >= 45 } && !$0.isEmpty }, "\(starts.withLock { $0 })")
    }

    @Test("Patterns of names")
    func patterns() {
        let matches = { (name: String, pattern: String) in NameGlob(pattern).matches(name) }
        #expect(matches("room-007", "room-00*") && matches("room-007", "*7"))
        #expect(matches("abcabc", "*abc") && matches("", "*") && matches("a", "a"))
        #expect(!matches("room-017", "room-00*") && !matches("room", "room-*"))
        #expect(matches("aXbXc", "a*b*c") && !matches("ab", "a*b*c"))
        #expect(!matches(String(repeating: "a", count: 200), String(repeating: "a*", count: 50) + "b"))
    }
}
