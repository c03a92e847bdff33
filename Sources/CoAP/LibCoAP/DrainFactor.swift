// SPDX-License-Identifier: Apache-2.0

/// How often an event is shown to libcoap, which reads one datagram each time: so many that a full socket is read in batches,
/// so few that an empty one is not asked in vain.
struct DrainFactor {
    /// The most that an event is shown.
    static let maximum = 32

    /// How often to show it now.
    private(set) var value = 1

    /// Notes how many messages the last batch brought: it doubles while every read brings one and halves when half do not.
    mutating func note(handled messages: Int) {
        if messages >= value {
            value = min(value * 2, Self.maximum)
        } else if messages * 2 < value {
            value = max(1, value / 2)
        }
    }
}
