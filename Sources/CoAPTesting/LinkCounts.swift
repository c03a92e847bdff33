// SPDX-License-Identifier: Apache-2.0

/// What became of the datagrams of one direction so far.
public struct LinkCounts: Hashable, Sendable {
    /// How many came from the sender.
    public internal(set) var received = 0

    /// How many of them were lost.
    public internal(set) var lost = 0

    /// How many of them were passed on twice.
    public internal(set) var duplicated = 0

    /// How many of them were held back for later ones to overtake.
    public internal(set) var reordered = 0

    /// In how many of them a bit was flipped.
    public internal(set) var flipped = 0
}
