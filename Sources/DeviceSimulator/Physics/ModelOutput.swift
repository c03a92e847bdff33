// SPDX-License-Identifier: Apache-2.0

/// What a model has come to.
public enum ModelOutput: String, Hashable, Sendable, CaseIterable {
    /// The air's temperature in degrees Celsius.
    case roomTemperature = "room.temperature"
    /// The air's relative humidity in per cent.
    case roomHumidity = "room.humidity"
    /// What the heater takes, in watts.
    case roomPower = "room.power"
    /// What the heater has taken since the start, in watt-hours.
    case roomEnergy = "room.energy"
    /// The water's height in metres.
    case tankLevel = "tank.level"
    /// The water's volume in cubic metres.
    case tankVolume = "tank.volume"
    /// What comes in, in cubic metres a second.
    case tankInflow = "tank.inflow"
    /// What goes out, in cubic metres a second.
    case tankOutflow = "tank.outflow"
    /// The pressure on the ground of the tank, in pascals.
    case tankPressure = "tank.pressure"
    /// What is left, in per cent.
    case batteryLevel = "battery.level"
    /// The voltage at its poles, in volts.
    case batteryVoltage = "battery.voltage"
    /// Its temperature in degrees Celsius.
    case batteryTemperature = "battery.temperature"
}
