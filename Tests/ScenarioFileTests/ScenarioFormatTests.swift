// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import LinkModel
import Testing

@testable import ScenarioFile

@Suite("The format of scenarios")
struct ScenarioFormatTests {
    private static func read(_ text: String) throws(CoAPError) -> Scenario {
        try ScenarioDocument(text.utf8, name: "s.yaml").scenario
    }

    @Test("Everything that can be written is read")
    func reads() throws {
        let scenario = try Self.read(everything)
        #expect(scenario.name == "everything" && scenario.title == "All that can be written" && scenario.seed == 7)
        #expect(scenario.start == 1_768_456_800 && scenario.speed == 60 && scenario.duration == 600)
        #expect(scenario.rampUp == 5 && scenario.deviceCount == 21)
        let outside = DiurnalSignal(latitude: 48.1, longitude: 11.6, low: -6, high: 12, lag: 7200)
        #expect(scenario.shared == ["outside": .diurnal(outside)])
        let group = scenario.groups[0]
        #expect(group.deviceName(7) == "room-007" && group.first == 0 && group.count == 20)
        #expect(group.credential == .preSharedKey(NamePattern("{name}-key")))
        #expect(scenario.groups[1].credential == .certificate(NamePattern("m-{name}")))
        guard case .room(let room) = group.models[0], case .tank(let tank) = group.models[1],
            case .battery(let battery) = group.models[2]
        else {
            Issue.record("\(group.models)")
            return
        }
        #expect([room.heatCapacity, room.heatLoss, room.windowLoss, room.heaterPower] == [400_000, 30, 100, 1500])
        #expect([room.volume, room.hysteresis, room.initialTemperature, room.initialHumidity] == [60, 0.5, 18, 50])
        #expect(
            [tank.area, tank.height, tank.pumpRate, tank.valveArea, tank.initialLevel] == [2, 3, 0.001, 0.0004, 1.5])
        #expect(
            [battery.capacity, battery.fullVoltage, battery.emptyVoltage, battery.resistance] == [3, 4.1, 2.9, 0.1])
        #expect([battery.heatCapacity, battery.thermalTimeConstant, battery.initialCharge] == [40, 600, 0.8])
        let plan = DailySchedule([
            .init(time: 0, value: 0), .init(time: 28_800, value: 2), .init(time: 63_030, value: 0),
        ])
        #expect(
            group.inputs == [
                .roomOutside: .shared("outside"), .roomWindow: .events(perDay: 6, length: 600, height: 0.5),
                .roomPeople: .daily(plan), .tankValve: .constant(0.2),
                .batteryLoad: .step(from: 0, to: 0.1, at: 60),
                .batteryAmbient: .ramp(from: 20, to: -5, start: 60, duration: 300),
            ])
    }

    @Test("Sensors, actuators and their signals are read")
    func resources() throws {
        let resources = try Self.read(everything).groups[0].resources
        #expect(
            resources.map(\.path) == [
                "sensors/temperature", "sensors/level", "sensors/swing", "sensors/walk", "sensors/replay",
                "actuators/setpoint", "device", "firmware",
            ])
        var sensor = Sensor(quantity: "temperature", unit: "Cel", signal: .model(.roomTemperature))
        (sensor.period, sensor.noise, sensor.drift, sensor.quantum) = (2, 0.03, 0.01, 0.1)
        (sensor.range, sensor.warmUp) = (-40...85, 2)
        #expect(resources[0].content == .sensor(sensor))
        #expect(
            [resources[0].title, resources[0].resourceType, resources[0].interface] == [
                "Air temperature", "temperature", "core.s",
            ])
        #expect(
            resources[1...4].compactMap(\.sensor?.signal) == [
                .model(.tankLevel), .sine(mean: 1, amplitude: 2, period: 60, phase: 0.25),
                .sum([
                    .constant(1), .scaled(.walk(RandomWalk(mean: 0, deviation: 1, timeConstant: 60)), by: 2),
                ]),
                .replay(
                    ReplayTrack(
                        points: [.init(time: 0, value: 1), .init(time: 10, value: 2), .init(time: 60, value: 3)],
                        interpolates: true, repeats: false)),
            ])
        var actuator = Actuator(.setpoint, quantity: "aim", unit: "Cel", drives: .roomSetpoint)
        (actuator.initial, actuator.latency, actuator.inertia) = (21, 0.5, 2)
        (actuator.wear, actuator.refusal) = (0.000_01, 0.01)
        actuator.envelope.range = 5...30
        (actuator.envelope.rateOfChange, actuator.envelope.failSafe, actuator.envelope.silence) = (1, 18, 7200)
        actuator.envelope.interlocks = [
            .init(resource: "sensors/temperature", forbidden: 35...100, values: 26...30)
        ]
        #expect(resources[5].content == .actuator(actuator))
        #expect(resources[6].content == .description && resources[7].content == .firmware)
    }

    @Test("Reports, power, links and faults are read")
    func surroundings() throws {
        let scenario = try Self.read(everything)
        let group = scenario.groups[0]
        var report = ReportPlan(.every(5))
        (report.path, report.resources) = ("in/reports", ["sensors/temperature", "sensors/level"])
        (report.batch, report.usesCBOR, report.confirmable) = (2, false, false)
        (report.maximumStored, report.sleeps) = (50, true)
        #expect(group.report == report)
        #expect(scenario.groups[1].report == ReportPlan(.change(by: 0.2, atLatest: 300)))
        let radio = group.power.radio
        #expect(
            radio.name == "mine" && radio.bitRate == 50_000 && radio.datagramOverhead == 20 && radio.framePayload == 100
        )
        #expect(
            [radio.transmitCurrent, radio.receiveCurrent, radio.sleepCurrent, radio.processorCurrent] == [
                20, 10, 0.002, 5,
            ])
        #expect(
            [radio.listenTime, radio.preSharedKeyHandshakeTime, radio.certificateHandshakeTime] == [0.02, 0.005, 1])
        #expect(group.power.battery == 1200 && scenario.groups[1].power == PowerPlan())
        let link = try #require(group.link)
        #expect([link.toServer.loss, link.toClient.loss] == [0.02, 0.01])
        #expect([link.toServer.delay, link.toClient.delay] == [.milliseconds(20), .milliseconds(30)])
        for faults in [link.toServer, link.toClient] {
            #expect(faults.burst == BurstLoss(enter: 0.01, leave: 0.2, loss: 0.8))
            #expect(faults.jitter == .milliseconds(10) && faults.reorderingDelay == .milliseconds(80))
            #expect([faults.duplication, faults.reordering] == [0.005, 0.01])
            #expect(faults.mtu == 1280 && faults.bandwidth == 250_000)
        }
        #expect(link.outages == [60...80] && link.rebinds == [90])
        #expect(
            group.faults == [
                Fault(.spike(15), resource: "sensors/temperature", devices: "room-00*", .rate(perHour: 2)),
                Fault(.reboot(farewell: false), .at(300), duration: 10),
            ])
        #expect(
            scenario.events == [
                ScenarioEvent(at: 180, .serverRestart(downFor: 2)),
                ScenarioEvent(at: 240, .rotateCredentials(devices: "room-0*")),
                ScenarioEvent(at: 300, .expireCredentials(devices: "room-007")),
                ScenarioEvent(at: 300, .revokeCredentials(devices: "room-008")),
                ScenarioEvent(at: 360, .outage(devices: "*", duration: 20)),
                ScenarioEvent(at: 360, .rebind(devices: "meter")),
                ScenarioEvent(at: 420, .write(devices: "room-*", path: "actuators/setpoint", value: 19)),
                ScenarioEvent(
                    at: 480, .fault(.offset(-2), devices: "room-*", resource: "sensors/level", duration: 60)),
                ScenarioEvent(
                    at: 480, .fault(.reboot(farewell: true), devices: "meter", resource: nil, duration: 1)),
            ])
        #expect(
            scenario.assertions.map(\.text) == [
                "p99 latency < 500 ms", "reports lost == 0", "temperature of room-* between 15 and 30",
            ])
        #expect(scenario.assertions.allSatisfy { ($0.line ?? 0) > 90 })
    }

    @Test("Numbers with units are read to the last bit")
    func measures() {
        #expect(Measure.duration.read("20 ms") == .value(0.02) && Measure.duration.read("1.5h") == .value(5400))
        #expect(Measure.duration.read("0") == .value(0) && Measure.duration.read("5") == .bareNumber)
        #expect(Measure.duration.read("1e3 s") == .value(1000) && Measure.duration.read("5 sec") == .unknownUnit("sec"))
        #expect(Measure.share.read("0.5 %") == .value(0.005) && Measure.share.read("0.1") == .value(0.1))
        #expect(Measure.rate.read("24 /day") == .value(1) && Measure.rate.read("2 /min") == .value(120))
        #expect(Measure.bitRate.read("250 kbit/s") == .value(250_000) && Measure.size.read("1 KiB") == .value(1024))
        #expect(Measure.current.read("2 uA") == .value(0.002) && Measure.charge.read("1.2 Ah") == .value(1200))
        for text in ["", "s", "nan s", "inf", "1e999 s", ".", "-", "+ 1 s"] {
            #expect(Measure.duration.read(text) == .malformed, "\(text)")
        }
        #expect(Timestamp.seconds("2026-01-15T06:00:00+01:30") == 1_768_451_400)
        #expect(Timestamp.seconds("1970-01-02") == 86_400 && Timestamp.text(951_825_600) == "2000-02-29T12:00:00Z")
        for text in ["2026-1-15", "2026-01-15T6:00Z", "2026-13-01", "2026-01-15T06:00:00", "2025-02-29", "x"] {
            #expect(Timestamp.seconds(text) == nil, "\(text)")
        }
    }

    @Test("Patterns mean names with anything in the place of each star")
    func patterns() {
        for (pattern, name) in [
            ("*", ""), ("room-*", "room-1"), ("*1", "room-1"), ("r*m*1", "room-1"), ("a", "a"), ("a*a", "aa"),
        ] {
            #expect(DevicePattern(pattern).matches(name), "\(pattern)")
        }
        for (pattern, name) in [("room", "room-1"), ("a*a", "a"), ("r*x*1", "room-1"), ("", "a"), ("*b", "abc")] {
            #expect(!DevicePattern(pattern).matches(name), "\(pattern)")
        }
    }
}
