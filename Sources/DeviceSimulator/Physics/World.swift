// SPDX-License-Identifier: Apache-2.0

/// The models of a device, stepped together once a second of simulated time: always, so that what else the device has changes
/// none of their values. What changes them counts for the whole second at whose end it is looked at.
struct World {
    /// The time of a step, in seconds.
    static let step = 1.0

    private var room: RoomState?
    private var tank: TankState?
    private var battery: BatteryState?

    /// The world of these models; the last of each kind counts.
    init(_ models: [PhysicalModel]) {
        for model in models {
            switch model {
            case .room(let model): room = RoomState(model)
            case .tank(let model): tank = TankState(model)
            case .battery(let model): battery = BatteryState(model)
            }
        }
    }

    /// True when there is nothing to step.
    var isEmpty: Bool { room == nil && tank == nil && battery == nil }

    /// Whether an input has anything to change.
    func has(_ input: ModelInput) -> Bool {
        switch input {
        case .roomOutside, .roomHeater, .roomSetpoint, .roomWindow, .roomPeople: room != nil
        case .tankPump, .tankValve: tank != nil
        case .batteryLoad, .batteryCharge, .batteryAmbient: battery != nil
        }
    }

    /// Goes on by one step.
    mutating func step(_ inputs: WorldInputs) {
        room?.step(inputs)
        tank?.step(inputs)
        battery?.step(inputs)
    }

    /// What a model has come to; no number where there is no such model.
    func value(of output: ModelOutput) -> Double {
        switch output {
        case .roomTemperature: room?.temperature ?? .nan
        case .roomHumidity: room?.humidity ?? .nan
        case .roomPower: room?.power ?? .nan
        case .roomEnergy: room?.energy ?? .nan
        case .tankLevel: tank?.level ?? .nan
        case .tankVolume: tank?.volume ?? .nan
        case .tankInflow: tank?.inflow ?? .nan
        case .tankOutflow: tank?.outflow ?? .nan
        case .tankPressure: tank?.pressure ?? .nan
        case .batteryLevel: battery?.level ?? .nan
        case .batteryVoltage: battery?.voltage ?? .nan
        case .batteryTemperature: battery?.temperature ?? .nan
        }
    }
}
