// SPDX-License-Identifier: Apache-2.0

/// What became of the datagrams of one direction so far.
public struct LinkCounts: Hashable, Sendable {
    /// How many came from the sender.
    public package(set) var received = 0

    /// How many of them were lost.
    public package(set) var lost = 0

    /// How many of them were passed on twice.
    public package(set) var duplicated = 0

    /// How many of them were held back for later ones to overtake.
    public package(set) var reordered = 0

    /// In how many of them a bit was flipped.
    public package(set) var flipped = 0

    package init() {}
}
