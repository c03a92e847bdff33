// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The climate of one heated room, as a function of time and a seed: no state, so that any moment can be asked for.
///
/// The outside swings with the day. The thermostat keeps the room between two set-points, lower at night; people, cooking and
/// open windows disturb it for a while, and the room follows slowly, as walls and air do.
public struct Room: Hashable, Sendable {
    /// Makes one room differ from another.
    public let seed: UInt64

    /// A room of its own for each seed.
    public init(seed: UInt64) { self.seed = seed }

    /// The air's temperature in degrees Celsius at a time in seconds since 1970; between 15 and 27.
    public func temperature(at time: Double) -> Double {
        let hour = Self.hourOfDay(time)
        // From 18 °C at night to 21.5 °C by day, with slopes of some two hours, since the room is slow to follow.
        let comfort = Self.smoothStep(hour, from: 5.5, to: 8) - Self.smoothStep(hour, from: 21.5, to: 24)
        let setPoint = 18.3 + 3.2 * comfort
        // The thermostat's own swing, half an hour long.
        let swing = 0.25 * sin(2 * .pi * time / 1800 + phase(1))
        let people = 1.1 * disturbance(time, length: 7200, salt: 2) * comfort
        let window = 1.6 * disturbance(time, length: 2400, salt: 3) * Self.smoothStep(hour, from: 7, to: 9)
        return setPoint + swing + people - window + 0.12 * wander(time, length: 300, salt: 4)
    }

    /// The air's relative humidity in per cent at a time in seconds since 1970; between 25 and 75.
    public func humidity(at time: Double) -> Double {
        // The same water in warmer air is a lower share of what it could hold.
        let warmth = temperature(at: time) - 20
        let people = 6 * disturbance(time, length: 7200, salt: 2)
        let window = 7 * disturbance(time, length: 2400, salt: 3)
        let weather = 5 * wander(time, length: 86_400, salt: 5)
        let value = 46 - 2.4 * warmth + people - window + weather + 0.5 * wander(time, length: 600, salt: 6)
        return min(75, max(25, value))
    }

    private static func hourOfDay(_ time: Double) -> Double {
        let day = time.truncatingRemainder(dividingBy: 86_400)
        return (day < 0 ? day + 86_400 : day) / 3600
    }

    private static func smoothStep(_ value: Double, from: Double, to: Double) -> Double {
        let share = min(1, max(0, (value - from) / (to - from)))
        return share * share * (3 - 2 * share)
    }

    /// Between 0 and 1, mostly 0: something that happens in some stretches of time, comes and goes gently.
    private func disturbance(_ time: Double, length: Double, salt: UInt64) -> Double {
        let stretch = (time / length).rounded(.down)
        guard unit(stretch, salt) > 0.6 else { return 0 }
        let share = time / length - stretch
        return sin(.pi * share) * sin(.pi * share) * (0.4 + 0.6 * unit(stretch, salt &+ 100))
    }

    /// Between -1 and 1, smooth, without a period.
    private func wander(_ time: Double, length: Double, salt: UInt64) -> Double {
        let stretch = (time / length).rounded(.down)
        let share = Self.smoothStep(time / length - stretch, from: 0, to: 1)
        let before = unit(stretch, salt)
        let after = unit(stretch + 1, salt)
        return 2 * (before + (after - before) * share) - 1
    }

    private func phase(_ salt: UInt64) -> Double { 2 * .pi * unit(0, salt) }

    /// A number from 0 to 1 that is always the same for a stretch of time, a salt and the room's seed.
    private func unit(_ stretch: Double, _ salt: UInt64) -> Double {
        var mixed = UInt64(bitPattern: Int64(max(-1e15, min(1e15, stretch)))) &* 0x9E37_79B9_7F4A_7C15
        mixed ^= seed &+ salt &* 0xD1B5_4A32_D192_ED03
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Double(mixed >> 11) / Double(1 << 53)
    }
}
