// SPDX-License-Identifier: Apache-2.0

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
