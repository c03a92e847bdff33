// SPDX-License-Identifier: Apache-2.0

/// What a sensor measures, and how well.
public struct Sensor: Hashable, Sendable {
    /// The quantity's name, `temperature`: the record's name in SenML.
    public var quantity: String
    /// The unit's symbol in SenML's registry, `Cel` (RFC 8428 §12.1).
    public var unit: String
    /// What it looks at.
    public var signal: Signal
    /// The time between two samples, in seconds; above 0. The first is taken at the scenario's start.
    public var period: Double = 1
    /// The standard deviation of its noise, in its unit.
    public var noise: Double = 0
    /// By how much it shows more from hour to hour, in its unit.
    public var drift: Double = 0
    /// The step its values are rounded to; 0 does not round.
    public var quantum: Double = 0
    /// The smallest and the largest value it can show; beyond them it shows these.
    public var range: ClosedRange<Double>?
    /// For how many seconds after each start of the device it shows nothing.
    public var warmUp: Double = 0

    /// An ideal sensor that samples once a second.
    public init(quantity: String, unit: String, signal: Signal) {
        self.quantity = quantity
        self.unit = unit
        self.signal = signal
    }
}
