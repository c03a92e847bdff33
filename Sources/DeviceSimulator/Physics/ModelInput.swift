// SPDX-License-Identifier: Apache-2.0

/// What changes a model. Where no actuator drives it and no signal is given, its usual value holds.
public enum ModelInput: String, Hashable, Sendable, CaseIterable {
    /// The temperature outside, in degrees Celsius; 5.
    case roomOutside = "room.outside"
    /// How far the heater is turned up, 0 to 1; the thermostat's where nothing drives it. Where the set-point is driven, too, it
    /// heats by that only while the thermostat wants it.
    case roomHeater = "room.heater"
    /// What the room's own thermostat aims at, in degrees Celsius; 21.
    case roomSetpoint = "room.setpoint"
    /// How far the window is open, 0 to 1; 0.
    case roomWindow = "room.window"
    /// How many people are in the room; 0. Each gives 100 W and 50 g of water an hour.
    case roomPeople = "room.people"
    /// How far the pump is turned up, 0 to 1; 0.
    case tankPump = "tank.pump"
    /// How far the valve is open, 0 to 1; 0.
    case tankValve = "tank.valve"
    /// The current drawn, in amperes; 0.
    case batteryLoad = "battery.load"
    /// The current it is charged with, in amperes; 0.
    case batteryCharge = "battery.charge"
    /// The temperature around it, in degrees Celsius; 20.
    case batteryAmbient = "battery.ambient"
}
