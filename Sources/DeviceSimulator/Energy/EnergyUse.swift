// SPDX-License-Identifier: Apache-2.0

/// What a device has taken from its battery, by what for, in milliampere-hours.
public struct EnergyUse: Hashable, Sendable {
    /// For sending.
    public var transmitting = 0.0
    /// For receiving, and for listening to what may come.
    public var receiving = 0.0
    /// For the computations of handshakes.
    public var computing = 0.0
    /// For sleep, all the rest of the time.
    public var sleeping = 0.0

    /// Nothing.
    public init() {}

    /// All of it, in milliampere-hours.
    public var total: Double { transmitting + receiving + computing + sleeping }

    /// For how many days a battery lasts when it goes on like this; infinite when nothing is used.
    ///
    /// - Parameters:
    ///   - capacity: what the battery holds, in milliampere-hours.
    ///   - elapsed: in how many seconds this was used.
    public func batteryDays(capacity: Double, elapsed: Double) -> Double {
        total > 0 ? capacity / total * elapsed / 86_400 : .infinity
    }
}
