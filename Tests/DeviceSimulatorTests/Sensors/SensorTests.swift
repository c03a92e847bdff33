// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeviceSimulator

@Suite("Sensors")
struct SensorTests {
    private static func samples(
        _ sensor: Sensor, until end: Double, seed: UInt64 = 1, faults: [Fault] = []
    ) -> (device: Device, samples: [Sample]) {
        var scenario = Scenario(name: "test")
        scenario.seed = seed
        var group = DeviceGroup(name: NamePattern("dev-{n}"))
        group.resources = [DeviceResource(path: "sensors/x", .sensor(sensor))]
        group.faults = faults
        let device = Device(number: 1, of: group, in: scenario)
        var samples: [Sample] = []
        device.advance(to: end) { samples.append($0) }
        return (device, samples)
    }

    private static func sensor(_ signal: Signal) -> Sensor { Sensor(quantity: "x", unit: "Cel", signal: signal) }

    @Test("It samples at the start and at each multiple of its period", arguments: [0.1, 1, 7, 0.3])
    func period(period: Double) {
        var sensor = Self.sensor(.constant(1))
        sensor.period = period
        let (device, samples) = Self.samples(sensor, until: 210)
        #expect(samples.count == Int(210 / period + 1e-9) + 1)
        #expect(samples.enumerated().allSatisfy { $1.time == Double($0) * period })
        #expect(device.nextSample > 210)
        #expect(device.value(of: 0) == 1)
        #expect(device.value(of: 5) == nil)
    }

    @Test("Noise has its deviation, about what there is to see")
    func noise() {
        var sensor = Self.sensor(.constant(20))
        sensor.noise = 0.5
        let values = Self.samples(sensor, until: 50_000, seed: 8).samples.map(\.value)
        #expect(abs(values.mean - 20) < 4 * 0.5 / 50_000.0.squareRoot())
        #expect(abs(values.variance.squareRoot() / 0.5 - 1) < 4 / 100_000.0.squareRoot())
        #expect(abs(values.correlation(at: 1)) < 4 / 50_000.0.squareRoot())
    }

    @Test("Drift adds from hour to hour")
    func drift() {
        var sensor = Self.sensor(.constant(20))
        sensor.drift = 0.3
        sensor.period = 3600
        let values = Self.samples(sensor, until: 7200).samples.map(\.value)
        #expect(zip(values, [20, 20.3, 20.6]).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test(
        "Values are rounded to steps as people write them",
        arguments: [
            (0.1, 20.7, 20.7), (0.1, 20.74, 20.7), (0.05, 1.17, 1.15), (0.25, 7.4, 7.5), (3, 10, 9), (0.3, 2.0, 2.1),
            (0, 1.234, 1.234),
        ])
    func quantum(step: Double, value: Double, wanted: Double) {
        #expect(Quantum(step).rounded(value) == wanted)
        #expect(Quantum(step).rounded(-value) == -wanted)
    }

    @Test("A third is a step as well")
    func oddQuantum() {
        #expect(abs(Quantum(1.0 / 3).rounded(0.9) - 1) < 1e-12)
        #expect(Quantum(.nan).rounded(0.9) == 0.9)
    }

    @Test("Beyond its range it shows the range's ends")
    func range() {
        var sensor = Self.sensor(.ramp(from: -100, to: 100, start: 0, duration: 200))
        sensor.range = -40...85
        let values = Self.samples(sensor, until: 200).samples.map(\.value)
        #expect(values.min() == -40 && values.max() == 85)
        #expect(values[100] == 0 && values.filter { $0 == 85 }.count == 16)
    }

    @Test("It shows nothing while it warms up, and the same as ever afterwards")
    func warmUp() {
        var sensor = Self.sensor(.walk(RandomWalk(mean: 0, deviation: 1, timeConstant: 10)))
        sensor.noise = 0.1
        let cold = Self.samples(sensor, until: 100).samples
        sensor.warmUp = 5
        let (device, warm) = Self.samples(sensor, until: 100)
        #expect(warm == Array(cold.dropFirst(5)))
        #expect(device.value(of: 0) != nil)
        #expect(Self.samples(sensor, until: 4).device.value(of: 0) == nil)
    }

    @Test("The smallest and largest value are those since the start")
    func extremes() {
        let sensor = Self.sensor(.ramp(from: 0, to: 100, start: 0, duration: 100))
        let (device, _) = Self.samples(sensor, until: 40)
        #expect(device.extremes(of: 0) == 0...40)
        device.inject(Fault(.reboot(farewell: true), .at(0), duration: 5))
        #expect(!device.isRunning && device.extremes(of: 0) == nil && device.value(of: 0) == nil)
        device.advance(to: 60)
        #expect(device.isRunning && device.extremes(of: 0) == 45...60)
        #expect(device.lastReboot == DeviceReboot(time: 40, end: 45, saysFarewell: true) && device.rebootCount == 1)
    }
}
