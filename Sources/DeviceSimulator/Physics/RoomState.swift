// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A ``RoomModel`` as it goes on.
///
/// Warmth: C dT/dt = heater + people - K (T - outside), K with the window's share; integrated exactly for inputs that stay the same
/// during a step, so that any time constant is stable. Water: what people breathe out less what the exchange of air carries off, to
/// an outside of 75 % relative humidity; what the air cannot hold condenses.
struct RoomState {
    /// In degrees Celsius.
    private(set) var temperature: Double
    /// In watts.
    private(set) var power = 0.0
    /// In watt-hours.
    var energy: Double { joules / 3600 }
    /// In per cent.
    var humidity: Double { min(100, max(0, 100 * water / capacity)) }

    private let model: RoomModel
    private var joules = 0.0
    private var isHeating = false
    /// Water in the air, and what it can hold at most, in grams a cubic metre.
    private var water: Double
    private var capacity: Double
    /// What follows from the window, which seldom moves: W/K, K/W, m³/s and s/m³.
    private var window = Double.nan
    private var loss = 0.0
    private var response = 0.0
    private var exchange = 0.0
    private var waterResponse = 0.0
    /// What follows from the temperature outside.
    private var outside = Double.nan
    private var waterOutside = 0.0

    /// How much of the loss with the window closed is air that goes; the rest goes through the walls.
    private static let airShare = 0.2
    /// The heat that a cubic metre of air takes for a kelvin, in joules.
    private static let airHeat = 1_206.0
    private static let humidityOutside = 0.75
    private static let personPower = 100.0
    private static let personWater = 50.0 / 3600

    init(_ model: RoomModel) {
        var model = model
        model.heatCapacity = model.heatCapacity.sane(1...1e15, else: 500_000)
        model.heatLoss = model.heatLoss.sane(0...1e9, else: 40)
        model.windowLoss = model.windowLoss.sane(0...1e9, else: 150)
        model.heaterPower = model.heaterPower.sane(0...1e9, else: 2_000)
        model.volume = model.volume.sane(0.001...1e9, else: 50)
        model.hysteresis = model.hysteresis.sane(0...1e3, else: 0.3)
        self.model = model
        temperature = WorldInputs.temperature(model.initialTemperature.sane(-273.15...5_000, else: 20))
        capacity = Self.saturation(temperature)
        water = capacity * model.initialHumidity.sane(0...100, else: 45) / 100
    }

    mutating func step(_ inputs: WorldInputs) {
        if inputs.window != window { open(inputs.window) }
        if inputs.outside != outside {
            outside = inputs.outside
            waterOutside = Self.humidityOutside * Self.saturation(outside)
        }
        if temperature < inputs.setpoint - model.hysteresis {
            isHeating = true
        } else if temperature > inputs.setpoint + model.hysteresis {
            isHeating = false
        }
        let thermostat = isHeating ? 1.0 : 0
        power = model.heaterPower * (inputs.heater.map { inputs.isAimed ? $0 * thermostat : $0 } ?? thermostat)
        joules += power * World.step
        let gain = power + Self.personPower * inputs.people - loss * (temperature - outside)
        temperature = WorldInputs.temperature(temperature + gain * response)
        capacity = Self.saturation(temperature)
        let waterGain = Self.personWater * inputs.people - exchange * (water - waterOutside)
        water = min(capacity, max(0, water + waterGain * waterResponse))
    }

    private mutating func open(_ window: Double) {
        self.window = window
        loss = model.heatLoss + model.windowLoss * window
        response = Self.response(rate: loss, capacity: model.heatCapacity)
        exchange = (Self.airShare * model.heatLoss + model.windowLoss * window) / Self.airHeat
        waterResponse = Self.response(rate: exchange, capacity: model.volume)
    }

    /// How far a step takes what drains at a rate from a capacity, for each unit that flows in at the step's beginning.
    private static func response(rate: Double, capacity: Double) -> Double {
        let share = rate * World.step / capacity
        return share < 1e-12 ? World.step / capacity : -expm1(-share) / rate
    }

    /// What a cubic metre of air can hold, in grams, by Magnus' formula (water, Sonntag 1990) between -80 and 150 °C.
    private static func saturation(_ celsius: Double) -> Double {
        let celsius = min(150, max(-80, celsius))
        let pascals = 611.2 * exp(17.62 * celsius / (243.12 + celsius))
        return 1000 * pascals / (461.5 * (celsius + 273.15))
    }
}
