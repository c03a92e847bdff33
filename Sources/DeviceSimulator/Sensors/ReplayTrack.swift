// SPDX-License-Identifier: Apache-2.0

/// Values with their times, as they were recorded.
public struct ReplayTrack: Hashable, Sendable {
    /// One recorded value.
    public struct Point: Hashable, Sendable {
        /// Seconds since the recording began.
        public var time: Double
        /// The value.
        public var value: Double

        /// A value at a time.
        public init(time: Double, value: Double) {
            self.time = time
            self.value = value
        }
    }

    /// In the order of their times, at least one.
    public var points: [Point]
    /// True to go in a straight line from value to value; false keeps each until the next one.
    public var interpolates: Bool
    /// True to begin anew at the end, where the last value lasts as long as the one before it; false keeps the last value.
    public var repeats: Bool

    /// A track of points in the order of their times.
    public init(points: [Point], interpolates: Bool = false, repeats: Bool = true) {
        self.points = points
        self.interpolates = interpolates
        self.repeats = repeats
    }
}
