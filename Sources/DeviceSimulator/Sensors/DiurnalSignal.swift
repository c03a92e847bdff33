// SPDX-License-Identifier: Apache-2.0

/// What follows the sun's height at a place: the light of a day, the warmth of it.
public struct DiurnalSignal: Hashable, Sendable {
    /// Degrees north, -90 to 90.
    public var latitude: Double
    /// Degrees east, -180 to 180.
    public var longitude: Double
    /// The value by night, or at the coldest moment.
    public var low: Double
    /// The value with the sun straight above; what a day reaches depends on latitude and date.
    public var high: Double
    /// By how many seconds the value follows the sun: 0 for light, some 10,000 for the air's temperature.
    public var lag: Double

    /// A signal that follows the sun.
    public init(latitude: Double, longitude: Double = 0, low: Double, high: Double, lag: Double = 0) {
        self.latitude = latitude
        self.longitude = longitude
        self.low = low
        self.high = high
        self.lag = lag
    }
}
