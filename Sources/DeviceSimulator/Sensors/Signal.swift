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
    /// What begins while another lasts goes on together with it, no higher.
    case events(perDay: Double, length: Double, height: Double)
    /// What one of the device's models has come to at the last whole second.
    case model(ModelOutput)
    /// A signal of the scenario that all its devices have in common, by name.
    case shared(String)
    /// Several added.
    case sum([Signal])
    /// One times a factor.
    case scaled(Signal, by: Double)
}
