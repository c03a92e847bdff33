// SPDX-License-Identifier: Apache-2.0

/// A heated room: air and walls are one thermal mass, which loses warmth to the outside.
public struct RoomModel: Hashable, Sendable {
    /// The heat it takes to warm it by one kelvin, in joules; 500,000.
    public var heatCapacity: Double = 500_000
    /// What it loses for each kelvin of difference, in watts, the window closed; 40.
    public var heatLoss: Double = 40
    /// What it loses in addition with the window fully open, in watts a kelvin; 150.
    public var windowLoss: Double = 150
    /// What the heater gives at most, in watts; 2,000.
    public var heaterPower: Double = 2_000
    /// The air's volume in cubic metres, for its humidity; 50.
    public var volume: Double = 50
    /// By how much the temperature may fall below the set-point before the thermostat heats, and rise above it before it stops,
    /// in kelvin; 0.3.
    public var hysteresis: Double = 0.3
    /// The temperature at the start, in degrees Celsius; 20.
    public var initialTemperature: Double = 20
    /// The relative humidity at the start, in per cent; 45.
    public var initialHumidity: Double = 45

    /// A usual room.
    public init() {}
}
