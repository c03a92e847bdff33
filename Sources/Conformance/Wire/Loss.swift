// SPDX-License-Identifier: Apache-2.0

/// A lossy way, the same for the same seed: three of ten datagrams are lost, in each direction, and never three in a row.
package struct Loss: Sendable {
    private var state: UInt64
    private var inRow: [Bool: Int] = [:]
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
        let row = inRow[outgoing, default: 0]
        guard row < 2, word % 100 < chance else {
            inRow[outgoing] = 0
            return false
        }
        inRow[outgoing] = row + 1
        return true
    }
}
