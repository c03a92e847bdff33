// SPDX-License-Identifier: Apache-2.0

/// What changes the models in one step, each within what makes sense; the usual values where nothing else is set.
struct WorldInputs {
    var outside = 5.0
    /// Nil leaves the heater to the thermostat.
    var heater: Double?
    var setpoint = 21.0
    /// True when something sets the set-point: then the thermostat decides when a heater that is driven heats.
    var isAimed = false
    var window = 0.0
    var people = 0.0
    var pump = 0.0
    var valve = 0.0
    var load = 0.0
    var charge = 0.0
    var ambient = 20.0

    /// Sets one: what is no number leaves the usual value.
    mutating func set(_ input: ModelInput, to value: Double) {
        guard !value.isNaN else { return }
        switch input {
        case .roomOutside: outside = Self.temperature(value)
        case .roomHeater: heater = Self.share(value)
        case .roomSetpoint:
            setpoint = Self.temperature(value)
            isAimed = true
        case .roomWindow: window = Self.share(value)
        case .roomPeople: people = Self.limited(value, to: 1e4)
        case .tankPump: pump = Self.share(value)
        case .tankValve: valve = Self.share(value)
        case .batteryLoad: load = Self.limited(value, to: 1e6)
        case .batteryCharge: charge = Self.limited(value, to: 1e6)
        case .batteryAmbient: ambient = Self.temperature(value)
        }
    }

    /// A temperature no lower than absolute zero, in degrees Celsius.
    static func temperature(_ value: Double) -> Double { min(5_000, max(-273.15, value)) }

    private static func share(_ value: Double) -> Double { min(1, max(0, value)) }

    private static func limited(_ value: Double, to limit: Double) -> Double { min(limit, max(0, value)) }
}

extension Double {
    /// The number if it lies within sensible limits, else what is usual: a model's parameter must not make its state no number.
    func sane(_ limits: ClosedRange<Double>, else usual: Double) -> Double {
        isNaN ? usual : Swift.min(limits.upperBound, Swift.max(limits.lowerBound, self))
    }
}
