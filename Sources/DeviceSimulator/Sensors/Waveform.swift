// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A signal that follows from the time alone.
enum Waveform {
    case step(from: Double, to: Double, at: Double)
    case ramp(from: Double, to: Double, start: Double, duration: Double)
    case sine(mean: Double, amplitude: Double, period: Double, phase: Double)

    func value(at time: Double) -> Double {
        switch self {
        case .step(let from, let to, let at): return time < at ? from : to
        case .ramp(let from, let to, let start, let duration):
            let share = duration > 0 ? min(1, max(0, (time - start) / duration)) : (time < start ? 0 : 1)
            return from + (to - from) * share
        case .sine(let mean, let amplitude, let period, let phase):
            guard period > 0 else { return mean }
            return mean + amplitude * sin(2 * .pi * remainder(time / period + phase, 1))
        }
    }
}
