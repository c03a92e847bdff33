// SPDX-License-Identifier: Apache-2.0

/// A piece of the world that actuators change and sensors measure. A device has at most one of each kind.
public enum PhysicalModel: Hashable, Sendable {
    /// A heated room.
    case room(RoomModel)
    /// A tank with a pump and a valve.
    case tank(TankModel)
    /// A battery.
    case battery(BatteryModel)
}

/// What changes a model. Where no actuator drives it and no signal is given, its usual value holds.
public enum ModelInput: String, Hashable, Sendable, CaseIterable {
    /// The temperature outside, in degrees Celsius; 5.
    case roomOutside = "room.outside"
    /// How far the heater is turned up, 0 to 1; the thermostat's where nothing drives it.
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

/// An upright tank: a pump fills it, a valve empties it by the water's own weight (Torricelli).
public struct TankModel: Hashable, Sendable {
    /// The ground's area in square metres; 1.
    public var area: Double = 1
    /// The height in metres, beyond which water runs over; 2.
    public var height: Double = 2
    /// What the pump brings at most, in cubic metres a second; 0.002.
    public var pumpRate: Double = 0.002
    /// The valve's opening in square metres; 0.0005.
    public var valveArea: Double = 0.000_5
    /// The water's height at the start, in metres; 1.
    public var initialLevel: Double = 1

    /// A usual tank.
    public init() {}
}

/// A battery whose voltage falls with its charge, its load and the cold.
public struct BatteryModel: Hashable, Sendable {
    /// What it holds at 20 °C, in ampere-hours; 2.6.
    public var capacity: Double = 2.6
    /// The voltage when full, in volts; 4.2.
    public var fullVoltage: Double = 4.2
    /// The voltage when empty, in volts; 3.0.
    public var emptyVoltage: Double = 3.0
    /// Its inner resistance at 20 °C, in ohms; 0.08.
    public var resistance: Double = 0.08
    /// The heat it takes to warm it by one kelvin, in joules; 45.
    public var heatCapacity: Double = 45
    /// The time in seconds in which it takes on the temperature around it; 1,200.
    public var thermalTimeConstant: Double = 1_200
    /// The share that is left at the start, 0 to 1; 1.
    public var initialCharge: Double = 1

    /// A usual lithium cell.
    public init() {}
}
