// SPDX-License-Identifier: Apache-2.0

/// A value that a sensor took.
public struct Sample: Hashable, Sendable {
    /// The number of the resource among the device's.
    public var resource: Int
    /// When, in seconds since the scenario's start, by the device's clock.
    public var time: Double
    /// The value; no number where a fault says so.
    public var value: Double

    /// A value.
    public init(resource: Int, time: Double, value: Double) {
        self.resource = resource
        self.time = time
        self.value = value
    }
}
