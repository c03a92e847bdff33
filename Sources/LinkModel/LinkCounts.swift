// SPDX-License-Identifier: Apache-2.0

/// What became of the datagrams of one direction so far.
public struct LinkCounts: Hashable, Sendable {
    /// How many came from the sender.
    public package(set) var received = 0

    /// How many of them were lost, whatever the reason.
    public package(set) var lost = 0

    /// How many of the lost ones were larger than the link takes.
    public package(set) var tooLarge = 0

    /// How many of the lost ones had no place in front of the link.
    public package(set) var overflowed = 0

    /// How many of them were passed on twice.
    public package(set) var duplicated = 0

    /// How many of them were held back for later ones to overtake.
    public package(set) var reordered = 0

    /// In how many of them a bit was flipped.
    public package(set) var flipped = 0

    /// Nothing.
    package init() {}

    /// Counts a datagram.
    ///
    /// - Parameters:
    ///   - fate: what the plan has for it.
    ///   - isFlipped: whether a bit of it is flipped.
    ///   - isStopped: whether it does not pass, whatever the plan has for it.
    package mutating func add(_ fate: LinkFate, isFlipped: Bool, isStopped: Bool) {
        received += 1
        guard fate.loss == nil, !isStopped else {
            lost += 1
            if fate.loss == .tooLarge { tooLarge += 1 }
            if fate.loss == .overflow { overflowed += 1 }
            return
        }
        if fate.times.count > 1 { duplicated += 1 }
        if fate.isHeldBack { reordered += 1 }
        if isFlipped { flipped += 1 }
    }
}
