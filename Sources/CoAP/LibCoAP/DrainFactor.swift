// SPDX-License-Identifier: Apache-2.0

/// How often an event is shown to libcoap, which reads one datagram each time: so many that a full socket is read in batches,
/// so few that an empty one is not asked in vain.
struct DrainFactor {
    /// The most that an event is shown.
    static let maximum = 32

    /// After how many batches of one message two are tried for again.
    static let patience = 32

    /// How often to show it now.
    private(set) var value = 1

    private var waits = 0

    /// Notes how many messages the last batch brought: the factor doubles while every read brings one and halves when half do not.
    /// A peer that waits for each answer is asked for two at a time only now and then.
    mutating func note(handled messages: Int) {
        if messages >= value {
            if value == 1, waits > 0 {
                waits -= 1
            } else {
                value = min(value * 2, Self.maximum)
            }
        } else if messages * 2 < value || value == 2 {
            value = max(1, value / 2)
            if value == 1 { waits = Self.patience }
        }
    }
}
