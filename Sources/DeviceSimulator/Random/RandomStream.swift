// SPDX-License-Identifier: Apache-2.0

import Glibc
import LinkModel

/// One component's own random numbers: they follow from the scenario's seed and the component's name alone, so that what is added
/// beside it changes none of them.
struct RandomStream: RandomNumberGenerator, Sendable {
    private var numbers: SeededNumbers
    /// The second of two normal numbers that were made together; no number where there is none.
    private var spare = Double.nan

    /// - Parameters:
    ///   - seed: the scenario's.
    ///   - name: the component's path, such as `room-007/sensors/temperature/noise`.
    init(seed: UInt64, name: String) {
        // FNV-1a of the name alone: a seed within would cancel against the name's first letters.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        numbers = SeededNumbers(seed: seed, stream: hash)
    }

    mutating func next() -> UInt64 { numbers.next() }

    /// A number from 0 to 1, without 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number of the normal distribution with mean 0 and standard deviation 1, by Marsaglia's polar method: exact, and two for
    /// one logarithm.
    mutating func gaussian() -> Double {
        if !spare.isNaN {
            defer { spare = .nan }
            return spare
        }
        while true {
            let x = 2 * unit() - 1
            let y = 2 * unit() - 1
            let square = x * x + y * y
            guard square < 1, square > 0 else { continue }
            let factor = (-2 * log(square) / square).squareRoot()
            spare = y * factor
            return x * factor
        }
    }

    /// A waiting time of the exponential distribution.
    mutating func exponential(mean: Double) -> Double { -mean * log(1 - unit()) }
}
