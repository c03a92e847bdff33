// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeviceSimulator

@Suite("Models at the limits")
struct ModelLimitTests {
    /// A number that is usual, huge, tiny, negative or none at all.
    private static func number(_ stream: inout RandomStream) -> Double {
        switch stream.next() % 8 {
        case 0: 0
        case 1: -1e9 * stream.unit()
        case 2: 1e300
        case 3: 1e-300
        case 4: stream.next() % 3 == 0 ? .nan : -.infinity
        case 5: .infinity
        default: 100 * stream.unit() - 20
        }
    }

    @Test("No model comes to what is no number, whatever its parameters and inputs", arguments: 0..<40)
    func fuzz(run: Int) {
        var stream = RandomStream(seed: UInt64(run), name: "fuzz")
        for _ in 0..<25 {
            var room = RoomModel()
            var tank = TankModel()
            var battery = BatteryModel()
            let parameters: [(Double) -> Void] = [
                { room.heatCapacity = $0 }, { room.heatLoss = $0 }, { room.windowLoss = $0 }, { room.heaterPower = $0 },
                { room.volume = $0 }, { room.hysteresis = $0 }, { room.initialTemperature = $0 },
                { room.initialHumidity = $0 }, { tank.area = $0 }, { tank.height = $0 }, { tank.pumpRate = $0 },
                { tank.valveArea = $0 }, { tank.initialLevel = $0 }, { battery.capacity = $0 },
                { battery.fullVoltage = $0 }, { battery.emptyVoltage = $0 }, { battery.resistance = $0 },
                { battery.heatCapacity = $0 }, { battery.thermalTimeConstant = $0 }, { battery.initialCharge = $0 },
            ]
            for set in parameters where stream.next() % 2 == 0 { set(Self.number(&stream)) }
            var world = World([.room(room), .tank(tank), .battery(battery)])
            for _ in 0..<60 {
                var inputs = WorldInputs()
                for input in ModelInput.allCases where stream.next() % 2 == 0 {
                    inputs.set(input, to: Self.number(&stream))
                }
                for _ in 0..<3 { world.step(inputs) }
                for output in ModelOutput.allCases {
                    let value = world.value(of: output)
                    #expect(value.isFinite, "\(output.rawValue)")
                    if !value.isFinite { return }
                }
                let shares = [world.value(of: .roomHumidity), world.value(of: .batteryLevel)]
                #expect(shares.allSatisfy { 0...100 ~= $0 })
                #expect(world.value(of: .tankLevel) >= 0 && world.value(of: .batteryVoltage) >= 0)
            }
        }
    }

    @Test("Without a model there is no number")
    func none() {
        let world = World([])
        #expect(world.isEmpty && ModelOutput.allCases.allSatisfy { world.value(of: $0).isNaN })
        #expect(!ModelInput.allCases.contains { world.has($0) })
    }
}
