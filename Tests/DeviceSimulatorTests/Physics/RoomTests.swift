// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import DeviceSimulator

@Suite("A heated room")
struct RoomTests {
    private static func inputs(outside: Double = 5, heater: Double? = 0) -> WorldInputs {
        var inputs = WorldInputs()
        inputs.outside = outside
        inputs.heater = heater
        return inputs
    }

    @Test("It cools by its time constant, whatever that is", arguments: [40.0, 0.5, 400_000])
    func cooling(loss: Double) {
        var model = RoomModel()
        model.heatLoss = loss
        model.initialTemperature = 25
        var room = RoomState(model)
        for second in 1...20_000 {
            room.step(Self.inputs())
            let wanted = 5 + 20 * exp(-Double(second) * loss / model.heatCapacity)
            #expect(abs(room.temperature - wanted) < 1e-8, "after \(second) s")
            if abs(room.temperature - wanted) >= 1e-8 { break }
        }
    }

    @Test("It warms towards power by loss above the outside, by the same time constant")
    func warming() {
        var model = RoomModel()
        model.initialTemperature = 5
        var room = RoomState(model)
        let constant = model.heatCapacity / model.heatLoss
        for _ in 0..<Int(constant) { room.step(Self.inputs(heater: 0.4)) }
        #expect(abs(room.temperature - (5 + 20 * (1 - exp(-1.0)))) < 1e-6)
        for _ in 0..<Int(30 * constant) { room.step(Self.inputs(heater: 0.4)) }
        #expect(abs(room.temperature - 25) < 1e-9)
        #expect(room.power == 800)
    }

    @Test("Without a loss it warms in a straight line")
    func adiabatic() {
        var model = RoomModel()
        model.heatLoss = 0
        var room = RoomState(model)
        for _ in 0..<1_000 { room.step(Self.inputs(heater: 1)) }
        #expect(abs(room.temperature - 24) < 1e-9)
        #expect(abs(room.energy - 2_000 * 1_000 / 3_600) < 1e-6)
    }

    @Test("Its thermostat keeps it within the hysteresis around the set-point")
    func thermostat() {
        var room = RoomState(RoomModel())
        var inputs = Self.inputs(outside: -5, heater: nil)
        inputs.setpoint = 22
        for _ in 0..<7_200 { room.step(inputs) }
        var switches = 0
        var last = room.power
        for _ in 0..<86_400 {
            room.step(inputs)
            #expect(21.69...22.31 ~= room.temperature)
            if !(21.69...22.31 ~= room.temperature) { return }
            if room.power != last { switches += 1 }
            last = room.power
            #expect(last == 0 || last == 2_000)
        }
        // 0.6 K at (2,000 - 1,080) W up and 1,080 W down.
        let cycle = 0.6 * 500_000 * (1 / 920.0 + 1 / 1_080)
        #expect(abs(Double(switches) / 2 - 86_400 / cycle) < 0.05 * 86_400 / cycle + 1)
    }

    @Test("Heat in and people are what is stored and lost, over a day")
    func energyBalance() {
        let model = RoomModel()
        var room = RoomState(model)
        let begin = room.temperature
        var people = 0.0
        var lost = 0.0
        for second in 0..<86_400 {
            var inputs = Self.inputs(outside: -2 + 8 * sin(Double(second) / 13_000), heater: nil)
            inputs.window = second % 9_000 < 600 ? 0.5 : 0
            inputs.people = second / 3_600 >= 8 && second / 3_600 < 17 ? 2 : 0
            let before = room.temperature
            room.step(inputs)
            people += 100 * inputs.people
            let loss = model.heatLoss + model.windowLoss * inputs.window
            lost += loss * ((before + room.temperature) / 2 - inputs.outside)
        }
        let supplied = room.energy * 3_600 + people
        let stored = model.heatCapacity * (room.temperature - begin)
        #expect(people == 2 * 100 * 9 * 3_600)
        #expect(supplied > 5e7)
        #expect(abs(supplied - stored - lost) < 0.001 * supplied)
    }

    @Test("People make its air moister, an open window in the cold drier, and warmth alone drier in per cent")
    func humidity() {
        func humidity(_ model: RoomModel = RoomModel(), _ change: (inout WorldInputs) -> Void) -> Double {
            var inputs = Self.inputs(outside: 0, heater: nil)
            inputs.setpoint = 20
            change(&inputs)
            var room = RoomState(model)
            for _ in 0..<3_600 { room.step(inputs) }
            return room.humidity
        }
        let empty = humidity { _ in }
        #expect(humidity { $0.people = 3 } > empty + 8)
        #expect(humidity { $0.window = 0.2 } < empty - 5)
        #expect(humidity { $0.setpoint = 25 } < empty - 5)
        // Enough people for the walls to run with water, in a house so heavy that they do not warm it.
        var heavy = RoomModel()
        heavy.heatCapacity = 1e12
        #expect(humidity(heavy) { $0.people = 400 } == 100)
    }

    @Test("The water that people breathe out is in the air when none can leave")
    func waterBalance() {
        var model = RoomModel()
        model.heatLoss = 0
        model.windowLoss = 0
        model.heatCapacity = 1e12
        model.initialHumidity = 20
        var room = RoomState(model)
        var inputs = Self.inputs()
        inputs.people = 2
        for _ in 0..<3_600 { room.step(inputs) }
        // 100 g in 50 m³, of 17.3 g/m³ that air at 20 °C can hold.
        #expect(abs(room.humidity - (20 + 100 * 2 / 17.27)) < 0.05)
    }
}
