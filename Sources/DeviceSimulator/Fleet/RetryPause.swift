// SPDX-License-Identifier: Apache-2.0

import LinkModel

/// How long a device waits before it tries again: twice as long each time, and never as long as others that failed with it.
struct RetryPause {
    /// The first pause and the longest, in seconds.
    static let (first, longest) = (1.0, 30.0)

    /// How often in a row it failed.
    private(set) var failures = 0
    private var numbers: RandomStream

    /// - Parameter device: its name; the pauses follow from it and the seed.
    init(seed: UInt64, device: String) { numbers = RandomStream(seed: seed, name: device + "/retries") }

    /// The pause after one more failure, in seconds: between half of the doubled pause and all of it.
    mutating func next() -> Double {
        let whole = min(Self.longest, Self.first * Double(1 << min(failures, 10)))
        failures += 1
        return whole * (0.5 + 0.5 * numbers.unit())
    }

    /// A moment within so many seconds.
    mutating func moment(within seconds: Double) -> Double { seconds * numbers.unit() }

    /// It went well.
    mutating func reset() { failures = 0 }
}
