// SPDX-License-Identifier: Apache-2.0

/// What a device can be told to do, and how well it does it.
public struct Actuator: Hashable, Sendable {
    /// What it is.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// On or off.
        case `switch`
        /// From 0 to 100 per cent.
        case dimmer
        /// From 0, closed, to 100 per cent, open.
        case valve
        /// A value to be aimed at, in the unit of the actuator.
        case setpoint
    }

    /// What it is.
    public var kind: Kind
    /// The quantity's name, `heater`: the record's name in SenML.
    public var quantity: String
    /// The unit's symbol in SenML of a set-point; `%` of a dimmer or valve; none of a switch.
    public var unit: String
    /// What it changes; nil changes nothing but itself.
    public var drives: ModelInput?
    /// Its value at the start: 0 or 1 for a switch, per cent for a dimmer or valve.
    public var initial: Double = 0
    /// How many seconds pass until it begins to obey.
    public var latency: Double = 0
    /// The time constant in seconds by which it approaches what it was told; 0 is there at once.
    public var inertia: Double = 0
    /// How much of its travel it loses with each change, 0 to 1: 0.000_01 is worn out after some 100,000.
    public var wear: Double = 0
    /// How probable it is that it refuses a change with 5.03, 0 to 1.
    public var refusal: Double = 0
    /// What it does not do, whoever asks.
    public var envelope = SafetyEnvelope()

    /// An actuator that obeys at once.
    public init(_ kind: Kind, quantity: String, unit: String = "", drives: ModelInput? = nil) {
        self.kind = kind
        self.quantity = quantity
        self.unit = unit
        self.drives = drives
    }
}
