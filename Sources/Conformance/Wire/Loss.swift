// SPDX-License-Identifier: Apache-2.0

/// A lossy way, the same for the same seed: three of ten datagrams are lost, in each direction, and never two in a row:
/// a peer that sends nothing new before the old is acknowledged needs no more time than a case has.
package struct Loss: Sendable {
    private var state: UInt64
    private var wasLost: [Bool: Bool] = [:]
    private let chance: UInt64

    /// A way that loses by a seed.
    package init(seed: UInt64, percent: UInt64 = 30) {
        state = seed
        chance = percent
    }

    /// True when the next datagram of a direction is lost.
    package mutating func loses(outgoing: Bool) -> Bool {
        // SplitMix64: few lines, and well spread for small seeds.
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        word ^= word >> 31
        let isLost = wasLost[outgoing] != true && word % 100 < chance
        wasLost[outgoing] = isLost
        return isLost
    }
}
