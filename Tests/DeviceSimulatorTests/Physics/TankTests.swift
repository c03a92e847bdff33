// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeviceSimulator

@Suite("A tank")
struct TankTests {
    private static func inputs(pump: Double = 0, valve: Double = 0) -> WorldInputs {
        var inputs = WorldInputs()
        inputs.pump = pump
        inputs.valve = valve
        return inputs
    }

    @Test("It empties as Torricelli says, to nothing and not beyond")
    func torricelli() {
        let model = TankModel()
        var tank = TankState(model)
        let fall = model.valveArea * (9.806_65 / 2).squareRoot() / model.area
        for second in 1...1_200 {
            tank.step(Self.inputs(valve: 1))
            let root = max(0, 1 - fall * Double(second))
            #expect(abs(tank.level - root * root) < 1e-9, "after \(second) s")
        }
        #expect(tank.level == 0 && tank.outflow == 0 && tank.pressure == 0)
    }

    @Test("What comes in, goes out and is in it agree; above the rim it runs over")
    func balance() {
        var tank = TankState(TankModel())
        var balance = tank.volume
        var stream = RandomStream(seed: 1, name: "tank")
        var inputs = WorldInputs()
        for second in 0..<50_000 {
            if second % 100 == 0 { inputs = Self.inputs(pump: 2 * stream.unit(), valve: 2 * stream.unit() - 1) }
            tank.step(inputs)
            balance += tank.inflow - tank.outflow
            #expect(0...2 ~= tank.level && tank.outflow >= 0)
            if !(0...2 ~= tank.level) { return }
        }
        #expect(abs(tank.volume - balance) < 1e-9)
        for _ in 0..<2_000 { tank.step(Self.inputs(pump: 1)) }
        #expect(tank.level == 2 && tank.inflow == 0.002 && abs(tank.outflow - 0.002) < 1e-12)
        #expect(abs(tank.pressure - 19_613.3) < 1e-6)
    }

    @Test("Pump and valve come to rest where the outflow is the inflow")
    func rest() {
        let model = TankModel()
        var tank = TankState(model)
        for _ in 0..<100_000 { tank.step(Self.inputs(pump: 1, valve: 1)) }
        let speed = model.pumpRate / model.valveArea
        #expect(abs(tank.level - speed * speed / (2 * 9.806_65)) < 1e-4)
        #expect(abs(tank.outflow - model.pumpRate) < 1e-9)
    }
}
