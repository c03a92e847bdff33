// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import DeviceSimulator

@Suite("Faults of sensors")
struct FaultTests {
    /// Two devices with two sensors each, and what they show in a quarter of an hour.
    private struct Run {
        var samples: [[Sample]] = Array(repeating: [], count: 4)
        let devices: [Device]

        init(_ faults: [Fault], inject: Fault? = nil, step: Double = 900) {
            var scenario = Scenario(name: "test")
            scenario.seed = 6
            scenario.start = Scenario.usualStart
            var group = DeviceGroup(name: NamePattern("room-{n}"))
            group.count = 2
            group.models = [.room(RoomModel())]
            for path in ["sensors/a", "sensors/b"] {
                let walk = Signal.walk(RandomWalk(mean: 0, deviation: 1, timeConstant: 60))
                var sensor = Sensor(quantity: path, unit: "Cel", signal: .sum([.model(.roomTemperature), walk]))
                sensor.noise = 0.2
                sensor.warmUp = 3
                group.resources.append(DeviceResource(path: path, .sensor(sensor)))
            }
            group.resources.append(
                DeviceResource(path: "led", .actuator(Actuator(.switch, quantity: "led"))))
            group.faults = faults
            scenario.groups = [group]
            devices = Fleet(scenario).devices
            for time in stride(from: step, through: 900, by: step) {
                for (number, device) in devices.enumerated() {
                    device.advance(to: time) { samples[2 * number + $0.resource].append($0) }
                    if time == 300, number == 0, let inject { device.inject(inject) }
                }
            }
        }
    }

    private static let sound = Run([]).samples

    private static let kinds: [Fault.Kind] = [
        .stuck, .spike(15), .dropout, .offset(-3), .biasDrift(360), .notANumber, .clockSkew(7.5),
    ]

    /// What the sensor shows while a fault lasts.
    private func check(_ kind: Fault.Kind, _ samples: [Sample], _ sound: [Sample], _ time: ClosedRange<Double>) {
        let isMet = { (sample: Sample) in time.contains(sample.time) }
        #expect(
            samples.filter { !isMet($0) && $0.time < time.lowerBound } == sound.filter { $0.time < time.lowerBound })
        let wanted = sound.filter(isMet)
        #expect(!wanted.isEmpty)
        switch kind {
        case .dropout: #expect(samples == sound.filter { !isMet($0) })
        case .clockSkew(let seconds):
            #expect(samples.map(\.value) == sound.map(\.value))
            #expect(zip(samples, sound).allSatisfy { $0.time == $1.time + (isMet($1) ? seconds : 0) })
        default:
            #expect(samples.filter { !isMet($0) } == sound.filter { !isMet($0) })
            let before = sound.last { $0.time < time.lowerBound }?.value
            let found = samples.filter(isMet)
            #expect(found.map(\.time) == wanted.map(\.time))
            for (found, wanted) in zip(found, wanted) {
                switch kind {
                case .stuck: #expect(found.value == before)
                case .spike(let size), .offset(let size): #expect(abs(found.value - wanted.value - size) < 1e-9)
                case .biasDrift(let rate):
                    let added = rate * (found.time - time.lowerBound.rounded(.down)) / 3600
                    #expect(abs(found.value - wanted.value - added) < 1e-9)
                case .notANumber: #expect(found.value.isNaN)
                default: break
                }
            }
        }
    }

    @Test("Each fault is seen where and while it is, and nowhere else", arguments: kinds)
    func atATime(kind: Fault.Kind) {
        let fault = Fault(kind, resource: "sensors/a", devices: "*-1", .at(120), duration: 60)
        let found = Run([fault]).samples
        check(kind, found[0], Self.sound[0], 120...179.5)
        #expect(Array(found[1...]) == Array(Self.sound[1...]))
        #expect(Self.sound[0].count == 898)
    }

    @Test("Without a length it meets one sample, and without a resource all sensors", arguments: kinds)
    func oneSample(kind: Fault.Kind) {
        let found = Run([Fault(kind, devices: "room-2", .at(99.5))]).samples
        #expect(Array(found[..<2]) == Array(Self.sound[..<2]))
        for sensor in 2...3 {
            if case .biasDrift = kind { continue }
            check(kind, found[sensor], Self.sound[sensor], 100...100)
        }
    }

    @Test("What is injected by hand begins at once", arguments: kinds)
    func injected(kind: Fault.Kind) {
        let found = Run([], inject: Fault(kind, resource: "sensors/b", .at(0), duration: 30), step: 100).samples
        check(kind, found[1], Self.sound[1], 300.5...329)
        #expect(found[0] == Self.sound[0] && found[2] == Self.sound[2] && found[3] == Self.sound[3])
    }

    @Test("A device that reboots is away, warms up again and shows the same as ever afterwards")
    func reboot() {
        let run = Run([Fault(.reboot(farewell: false), devices: "room-1", .at(200), duration: 50)], step: 225)
        for sensor in 0...1 {
            #expect(run.samples[sensor] == Self.sound[sensor].filter { !(200..<253 ~= $0.time) })
        }
        #expect(run.samples[2...] == Self.sound[2...])
        #expect(run.devices[0].lastReboot == DeviceReboot(time: 200, end: 250, saysFarewell: false))
        #expect(run.devices.map(\.rebootCount) == [1, 0])
    }

    @Test("A device can be asked whether it is away, and an actuator refuses then")
    func away() {
        let run = Run([Fault(.reboot(farewell: true), .at(500), duration: 1_000)])
        #expect(run.devices.allSatisfy { !$0.isRunning && $0.value(of: 0) == nil && $0.sample(of: 0) == nil })
        let number = run.devices[0].group.resources.count - 1
        let error = #expect(throws: ResponseError.self) {
            try run.devices[0].write(1, to: number, by: .anonymous)
        }
        #expect(error?.code == .serviceUnavailable)
    }

    @Test("A reboot without an end does no harm")
    func endless() {
        for duration in [Double.infinity, 1e300, .nan, -1] {
            let run = Run([], inject: Fault(.reboot(farewell: true), .at(0), duration: duration), step: 300)
            let device = run.devices[0]
            #expect(device.isRunning == !(duration > 0))
            let number = device.group.resources.count - 1
            if duration > 0 { #expect(throws: ResponseError.self) { try device.write(1, to: number, by: .anonymous) } }
        }
    }

    @Test("Faults by a rate come as often as it says, each device at its own times")
    func rates() {
        var scenario = Scenario(name: "test")
        var group = DeviceGroup(name: NamePattern("d-{n}"))
        group.count = 200
        let sensor = Sensor(quantity: "x", unit: "Cel", signal: .constant(0))
        group.resources = ["a", "b"].map { DeviceResource(path: $0, .sensor(sensor)) }
        group.faults = [
            Fault(.spike(1), resource: "a", .rate(perHour: 6)),
            Fault(.offset(1), resource: "b", .rate(perHour: 2), duration: 90),
        ]
        scenario.groups = [group]
        var first = [Double](repeating: -1, count: 200)
        var spikes = 0
        var offsets = 0
        _ = Fleet(scenario).runOffline(duration: 36_000) { device, sample in
            guard sample.value == 1 else { return }
            if sample.resource == 0 {
                if first[device] < 0 { first[device] = sample.time }
                spikes += 1
            } else {
                offsets += 1
            }
        }
        #expect(abs(Double(spikes) - 12_000) < 4 * 12_000.0.squareRoot() + 20)
        // Of each hour 180 s less what falls together.
        let share = 1 - 0.951_229_4
        #expect(abs(Double(offsets) / (200 * 36_000) - share) < 0.004)
        #expect(Set(first).count > 150)
    }

    @Test("A fault more, or of other devices, changes none of the others")
    func independence() {
        let rate = Fault(.spike(5), resource: "sensors/a", .rate(perHour: 60))
        let alone = Run([rate]).samples
        #expect(alone[0] != Self.sound[0] && alone[0] != alone[2])
        let others: [Fault] = [
            Fault(.dropout, resource: "sensors/b", .rate(perHour: 60), duration: 20), rate,
            Fault(.spike(9), resource: "sensors/b", devices: "room-1", .rate(perHour: 30)),
        ]
        let more = Run(others).samples
        #expect(more[0] == alone[0] && more[2] == alone[2] && more[1] != alone[1])
    }
}
