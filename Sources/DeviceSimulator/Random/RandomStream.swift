// SPDX-License-Identifier: Apache-2.0

import LinkModel

/// One component's own random numbers: they follow from the scenario's seed and the component's name alone, so that what is added
/// beside it changes none of them.
struct RandomStream: RandomNumberGenerator, Sendable {
    private var numbers: SeededNumbers

    /// - Parameters:
    ///   - seed: the scenario's.
    ///   - name: the component's path, such as `room-007/sensors/temperature/noise`.
    init(seed: UInt64, name: String) {
        // FNV-1a; the generator mixes what it starts from.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ seed
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        numbers = SeededNumbers(seed: hash)
    }

    mutating func next() -> UInt64 { numbers.next() }

    /// A number from 0 to 1, without 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
