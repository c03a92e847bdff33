// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A lossy way, the same for the same seed: three of ten messages are lost, in each direction, and by chance never two in a
/// row: a peer that sends nothing new before the old is acknowledged needs no more time than a case has.
package struct Loss: Sendable {
    /// What is in a datagram, as far as its loss matters.
    package enum Kind: Hashable, Sendable {
        /// A request of this side.
        case request
        /// A response or notification of the server.
        case response
        /// An empty acknowledgement of this side.
        case acknowledgement
        /// Anything else.
        case other

        init(_ message: Message?, outgoing: Bool) {
            guard let message else {
                self = .other
                return
            }
            if outgoing, message.code.isRequest {
                self = .request
            } else if outgoing, message.type == .acknowledgement, message.code == .empty {
                self = .acknowledgement
            } else if !outgoing, message.code.isResponse {
                self = .response
            } else {
                self = .other
            }
        }
    }

    private var state: UInt64
    private var wasLost: [Bool: Bool] = [:]
    private let chance: UInt64
    private var due: [Kind: Int]

    /// A way that loses by a seed.
    ///
    /// - Parameters:
    ///   - seed: what chance begins with.
    ///   - percent: how many of a hundred are lost by chance.
    ///   - first: how many of a kind are lost for certain, the first ones: chance alone may lose nothing.
    package init(seed: UInt64, percent: UInt64 = 30, first: [Kind: Int] = [:]) {
        state = seed
        chance = percent
        due = first
    }

    /// True when the next message of a direction is lost.
    package mutating func loses(_ kind: Kind, outgoing: Bool) -> Bool {
        // SplitMix64: few lines, and well spread for small seeds.
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        word ^= word >> 31
        var isLost = wasLost[outgoing] != true && word % 100 < chance
        if let left = due[kind], left > 0 {
            due[kind] = left - 1
            isLost = true
        }
        wasLost[outgoing] = isLost
        return isLost
    }
}
