// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import DeviceSimulator

@Suite("A fleet without a network")
struct OfflineTests {
    private struct Line: Hashable {
        let device: Int
        let sample: Sample
    }

    private static func sensor(_ name: String, _ signal: Signal, period: Double = 1) -> DeviceResource {
        var sensor = Sensor(quantity: name, unit: "Cel", signal: signal)
        sensor.noise = 0.1
        sensor.quantum = 0.01
        sensor.period = period
        return DeviceResource(path: "sensors/" + name, .sensor(sensor))
    }

    /// Rooms with all that changes at random.
    private static func scenario(rooms: Int = 3) -> Scenario {
        var scenario = Scenario(name: "rooms")
        scenario.seed = 42
        scenario.duration = 600
        scenario.shared["outside"] = .sum([
            .diurnal(DiurnalSignal(latitude: 48, longitude: 11, low: -5, high: 10, lag: 3_600)),
            .walk(RandomWalk(mean: 0, deviation: 1, timeConstant: 600)),
        ])
        var group = DeviceGroup(name: NamePattern("room-{n:03}"))
        group.count = rooms
        group.models = [.room(RoomModel())]
        group.inputs = [
            .roomOutside: .shared("outside"), .roomWindow: .events(perDay: 200, length: 100, height: 0.5),
            .roomPeople: .walk(RandomWalk(mean: 1, deviation: 1, timeConstant: 300)),
        ]
        group.resources = [
            sensor("temperature", .model(.roomTemperature)), sensor("humidity", .model(.roomHumidity), period: 2.5),
            sensor("wind", .walk(RandomWalk(mean: 3, deviation: 1, timeConstant: 60)), period: 0.5),
        ]
        group.faults = [Fault(.spike(5), resource: "sensors/temperature", .rate(perHour: 60))]
        scenario.groups = [group]
        return scenario
    }

    private static func lines(_ scenario: Scenario) -> [Line] {
        var lines: [Line] = []
        _ = Fleet(scenario).runOffline { lines.append(Line(device: $0, sample: $1)) }
        return lines
    }

    @Test("Two runs are the same, another seed is not")
    func determinism() {
        let first = Self.lines(Self.scenario())
        #expect(first.count == 3 * (601 + 241 + 1_201))
        #expect(Self.lines(Self.scenario()) == first)
        var other = Self.scenario()
        other.seed = 43
        #expect(Self.lines(other) != first)
    }

    @Test("A fleet makes the same again, however far its devices have come")
    func again() {
        let fleet = Fleet(Self.scenario())
        var first: [Sample] = []
        _ = fleet.runOffline { first.append($1) }
        fleet.devices[0].advance(to: 100)
        var second: [Sample] = []
        _ = fleet.runOffline { second.append($1) }
        #expect(first == second)
    }

    @Test("Samples come by time, then device, then resource")
    func order() {
        var scenario = Self.scenario()
        var slow = scenario.groups[0]
        slow.name = NamePattern("slow-{n}")
        slow.resources = [Self.sensor("temperature", .constant(1), period: 0.75)]
        slow.faults = []
        scenario.groups.append(slow)
        let lines = Self.lines(scenario)
        for (line, next) in zip(lines, lines.dropFirst()) {
            let one = (line.sample.time, line.device, line.sample.resource)
            #expect(one < (next.sample.time, next.device, next.sample.resource))
        }
        #expect(lines.count { $0.device >= 3 } == 3 * 801)
    }

    @Test("Devices, resources and noise that are added change no other's values")
    func additions() {
        let before = Self.lines(Self.scenario())
        #expect(Self.lines(Self.scenario(rooms: 5)).filter { $0.device < 3 } == before)
        var more = Self.scenario()
        more.groups[0].resources.append(Self.sensor("other", .walk(.init(mean: 0, deviation: 1, timeConstant: 9))))
        more.groups[0].faults.append(Fault(.dropout, resource: "sensors/other", .rate(perHour: 9)))
        #expect(Self.lines(more).filter { $0.sample.resource < 3 } == before)
        var group = DeviceGroup(name: NamePattern("tank-{n}"))
        group.models = [.tank(TankModel())]
        group.resources = [Self.sensor("level", .model(.tankLevel))]
        more = Self.scenario()
        more.groups.append(group)
        #expect(Self.lines(more).filter { $0.device < 3 } == before)
    }

    @Test("The steps in which time moves do not matter", arguments: [0.01, 0.3, 1, 7, 600])
    func steps(step: Double) {
        let scenario = Self.scenario().starting(at: Scenario.usualStart)
        let device = Device(number: 2, of: scenario.groups[0], in: scenario)
        var samples: [Sample] = []
        var time = 0.0
        while time < 600 {
            time = min(600, time + step)
            device.advance(to: time) { samples.append($0) }
        }
        #expect(samples == Self.lines(Self.scenario()).filter { $0.device == 1 }.map(\.sample))
        device.advance(to: 10) { _ in Issue.record("time does not go back") }
        device.advance(to: .nan)
        #expect(device.time == 600)
    }

    @Test("Shared signals are the same for all devices")
    func shared() {
        var scenario = Self.scenario()
        var sensor = Sensor(quantity: "outside", unit: "Cel", signal: .shared("outside"))
        sensor.period = 60
        scenario.groups[0].resources = [DeviceResource(path: "o", .sensor(sensor))]
        var byTime: [Double: Set<Double>] = [:]
        for line in Self.lines(scenario) { byTime[line.sample.time, default: []].insert(line.sample.value) }
        #expect(byTime.count == 11 && byTime.values.allSatisfy { $0.count == 1 })
        #expect(Set(byTime.values).count == 11)
    }

    @Test("The report knows how many values there were and between which they lay")
    func report() {
        var scenario = Self.scenario(rooms: 2)
        scenario.groups[0].faults = [
            Fault(.notANumber, resource: "sensors/wind", devices: "room-001", .at(10), duration: 2)
        ]
        var wind: [Double] = []
        let report = Fleet(scenario).runOffline(duration: 60) { device, sample in
            if device == 0, sample.resource == 2 { wind.append(sample.value) }
        }
        #expect(report.devices == 2 && report.simulated == 60 && report.samples == 2 * (61 + 25 + 121))
        #expect(
            report.extremes.map(\.device) == ["room-001", "room-001", "room-001", "room-002", "room-002", "room-002"])
        let found = report.extremes[2]
        #expect(found.quantity == "wind" && found.count == 121 && found.invalid == 4)
        #expect(found.minimum == wind.filter { !$0.isNaN }.min() && found.maximum == wind.filter { !$0.isNaN }.max())
    }

    @Test("Faults and writes of the scenario happen at their times")
    func events() {
        var scenario = Scenario(name: "heaters")
        scenario.start = 0
        scenario.duration = 60
        var group = DeviceGroup(name: NamePattern("h-{n}"))
        group.count = 2
        group.models = [.room(RoomModel())]
        let sensor = Sensor(quantity: "power", unit: "W", signal: .model(.roomPower))
        group.resources = [
            DeviceResource(path: "power", .sensor(sensor)),
            DeviceResource(path: "heater", .actuator(Actuator(.dimmer, quantity: "heater", drives: .roomHeater))),
        ]
        scenario.groups = [group]
        scenario.events = [
            ScenarioEvent(at: 40, .fault(.offset(7), devices: "*", resource: "power", duration: 5)),
            ScenarioEvent(at: 20, .write(devices: "h-2", path: "heater", value: 50)),
            ScenarioEvent(at: 10, .outage(devices: "*", duration: 5)),
        ]
        for line in Self.lines(scenario) {
            let power = line.device == 1 && line.sample.time > 20 ? 1_000.0 : 0
            let offset = 40 < line.sample.time && line.sample.time < 45 ? 7.0 : 0
            #expect(line.sample.value == power + offset, "\(line)")
        }
    }

    @Test("A heater that is driven warms the room, and its switch can be asked for")
    func actuator() throws {
        var group = DeviceGroup(name: NamePattern("h-{n}"))
        group.models = [.room(RoomModel())]
        group.inputs[.roomOutside] = .constant(20)
        group.inputs[.roomHeater] = .constant(1)
        let sensor = Sensor(quantity: "temperature", unit: "Cel", signal: .model(.roomTemperature))
        group.resources = [
            DeviceResource(path: "temperature", .sensor(sensor)),
            DeviceResource(path: "heater", .actuator(Actuator(.switch, quantity: "heater", drives: .roomHeater))),
        ]
        let device = Device(number: 1, of: group, in: Scenario(name: "test"))
        device.advance(to: 100)
        #expect(device.value(of: 0) == 20 && device.value(of: 1) == 0)
        try device.write(1, to: 1, by: .anonymous)
        device.advance(to: 600)
        #expect(device.value(of: 1) == 1)
        #expect(abs((device.value(of: 0) ?? 0) - 21.96) < 0.02)
        #expect(throws: ResponseError.self) { try device.write(1, to: 0, by: .anonymous) }
        device.inject(Fault(.reboot(farewell: false), .at(0), duration: 10))
        #expect(throws: ResponseError.self) { try device.write(0, to: 1, by: .anonymous) }
        #expect(device.value(of: 1) == nil)
    }

    @Test("A run that is cancelled ends early")
    func cancellation() async {
        var scenario = Self.scenario()
        scenario.duration = 1e9
        let run = Task { [scenario] in
            withUnsafeCurrentTask { $0?.cancel() }
            return Fleet(scenario).runOffline { _, _ in }
        }
        let report = await run.value
        #expect(report.simulated < 1e9)
    }
}
