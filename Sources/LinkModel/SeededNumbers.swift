// SPDX-License-Identifier: Apache-2.0

/// Random numbers that are the same for the same seed (SplitMix64).
package struct SeededNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// - Parameter seed: where the numbers start.
    package init(seed: UInt64) { state = seed }

    /// One of many streams of the same seed, none of which is a part of another.
    ///
    /// - Parameters:
    ///   - seed: where the numbers start.
    ///   - stream: the stream's number.
    package init(seed: UInt64, stream: UInt64) {
        var mixer = SeededNumbers(seed: seed)
        mixer = SeededNumbers(seed: mixer.next() ^ stream)
        state = mixer.next()
    }

    /// The next number.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number from 0 to 1, without 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
