// SPDX-License-Identifier: Apache-2.0

/// What a quantity does over time, before a sensor looks at it. Times are in seconds of simulated time.
public indirect enum Signal: Hashable, Sendable {
    /// Always the same.
    case constant(Double)
    /// One value before a moment, in seconds since the scenario's start, and another from then on.
    case step(from: Double, to: Double, at: Double)
    /// A straight line from one value to another between two moments, in seconds since the start; level before and after.
    case ramp(from: Double, to: Double, start: Double, duration: Double)
    /// A swing around a mean. The period is in seconds, the phase a share of it, 0 to 1.
    case sine(mean: Double, amplitude: Double, period: Double, phase: Double)
    /// What follows the sun's height.
    case diurnal(DiurnalSignal)
    /// Wanders, and is drawn back to its mean.
    case walk(RandomWalk)
    /// What once was recorded.
    case replay(ReplayTrack)
    /// The same every day at the same time.
    case daily(DailySchedule)
    /// Something that happens now and then at random: so many times a day, for so many seconds on average, of that height; else 0.
    case events(perDay: Double, length: Double, height: Double)
    /// What one of the device's models has come to.
    case model(ModelOutput)
    /// A signal of the scenario that all its devices have in common, by name.
    case shared(String)
    /// Several added.
    case sum([Signal])
    /// One times a factor.
    case scaled(Signal, by: Double)
}

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

/// A mean-reverting random walk (Ornstein–Uhlenbeck).
public struct RandomWalk: Hashable, Sendable {
    /// What it is drawn back to.
    public var mean: Double
    /// Its standard deviation in the long run.
    public var deviation: Double
    /// The time in seconds in which a distance from the mean falls to 1/e of it.
    public var timeConstant: Double

    /// A random walk that begins at its mean.
    public init(mean: Double, deviation: Double, timeConstant: Double) {
        self.mean = mean
        self.deviation = deviation
        self.timeConstant = timeConstant
    }
}

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
    /// True to begin anew at the end; false keeps the last value.
    public var repeats: Bool

    /// A track of points in the order of their times.
    public init(points: [Point], interpolates: Bool = false, repeats: Bool = true) {
        self.points = points
        self.interpolates = interpolates
        self.repeats = repeats
    }
}

/// A day's plan by Universal Time: from each moment on its value, until the next; over midnight the last one's.
public struct DailySchedule: Hashable, Sendable {
    /// One line of the plan.
    public struct Entry: Hashable, Sendable {
        /// Seconds since midnight, 0 to 86,399.
        public var time: Double
        /// The value from then on.
        public var value: Double

        /// A value from a time of day on.
        public init(time: Double, value: Double) {
            self.time = time
            self.value = value
        }
    }

    /// In the order of their times, at least one.
    public var entries: [Entry]

    /// A plan with at least one entry, in the order of their times.
    public init(_ entries: [Entry]) { self.entries = entries }
}
