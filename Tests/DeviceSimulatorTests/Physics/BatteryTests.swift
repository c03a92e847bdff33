// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeviceSimulator

@Suite("A battery")
struct BatteryTests {
    private static func inputs(load: Double = 0, charge: Double = 0, ambient: Double = 20) -> WorldInputs {
        var inputs = WorldInputs()
        inputs.load = load
        inputs.charge = charge
        inputs.ambient = ambient
        return inputs
    }

    /// For how many hours it gives a current.
    private static func runtime(load: Double, ambient: Double = 20, soak: Int = 10_000) -> Double {
        var battery = BatteryState(BatteryModel())
        for _ in 0..<soak { battery.step(inputs(ambient: ambient)) }
        var seconds = 0.0
        while battery.level > 0, seconds < 1e7 {
            battery.step(inputs(load: load, ambient: ambient))
            seconds += 1
        }
        return seconds / 3_600
    }

    @Test("It lasts as long as its capacity by the load, less in the cold and under a heavy load")
    func runtimes() {
        let usual = Self.runtime(load: 0.26)
        #expect(abs(usual - 10 * 0.99) < 0.02)
        #expect(abs(Self.runtime(load: 2.6) - 0.9) < 0.02)
        let cold = Self.runtime(load: 0.26, ambient: -20)
        #expect(0.7 * usual < cold && cold < 0.8 * usual)
    }

    @Test("What is drawn is missing, what is charged is there, and it never holds more than it can")
    func balance() {
        var battery = BatteryState(BatteryModel())
        for _ in 0..<3_600 { battery.step(Self.inputs(load: 1.3)) }
        battery.step(Self.inputs())
        #expect(abs(battery.level - 50) < 1e-9)
        for _ in 0..<1_800 { battery.step(Self.inputs(charge: 1.3)) }
        #expect(abs(battery.level - 75) < 1e-9)
        for _ in 0..<7_200 { battery.step(Self.inputs(charge: 1.3)) }
        #expect(battery.level == 100)
        #expect(abs(battery.voltage - 4.2) < 1e-6)
    }

    @Test("Its voltage falls with its charge, its load and the cold")
    func voltage() {
        func voltage(load: Double, ambient: Double = 20, after: Int = 0) -> Double {
            var battery = BatteryState(BatteryModel())
            for _ in 0..<after { battery.step(Self.inputs(load: 1)) }
            for _ in 0..<6_000 { battery.step(Self.inputs(ambient: ambient)) }
            battery.step(Self.inputs(load: load, ambient: ambient))
            return battery.voltage
        }
        #expect(abs(voltage(load: 0) - 4.2) < 1e-6)
        #expect(abs(voltage(load: 1) - 4.12) < 0.001)
        #expect(voltage(load: 1, ambient: -20) < 4.06)
        let falling = stride(from: 0, through: 9_000, by: 1_000).map { voltage(load: 0.1, after: $0) }
        #expect(zip(falling, falling.dropFirst()).allSatisfy { $0 > $1 })
        #expect(3.0...3.4 ~= falling[9])
    }

    @Test("An empty one gives nothing, and does not come back by itself under its load")
    func empty() {
        var model = BatteryModel()
        model.initialCharge = 0.01
        var battery = BatteryState(model)
        for _ in 0..<3_600 { battery.step(Self.inputs(load: 2)) }
        for _ in 0..<3_600 {
            battery.step(Self.inputs(load: 2))
            #expect(battery.level == 0)
            if battery.level != 0 { break }
        }
        #expect(abs(battery.temperature - 20) < 1)
    }

    @Test("It warms itself by its load, to where its warmth flows off as fast")
    func warmth() {
        var model = BatteryModel()
        model.capacity = 1_000
        var battery = BatteryState(model)
        for _ in 0..<40_000 { battery.step(Self.inputs(load: 5)) }
        // I²R with the resistance at the end's temperature.
        #expect(20 + 10 < battery.temperature && battery.temperature < 20 + 25 * 0.08 * 1_200 / 45)
        var cold = BatteryState(BatteryModel())
        for _ in 0..<1_200 { cold.step(Self.inputs(ambient: 0)) }
        #expect(abs(cold.temperature - 20 * 0.367_879) < 0.001)
    }
}
