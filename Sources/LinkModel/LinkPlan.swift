// SPDX-License-Identifier: Apache-2.0

/// Decides what becomes of the datagrams of one flow in one direction, one after the other: the same for the same seed, sizes and
/// times.
package struct LinkPlan: Sendable {
    /// What goes wrong.
    package let faults: LinkFaults

    private var numbers: SeededNumbers
    private var isInBurst = false
    /// When the link has sent what waits in front of it.
    private var freeAt = Duration.zero

    /// A plan for a link that is good and idle.
    ///
    /// - Parameters:
    ///   - faults: what goes wrong.
    ///   - seed: where the random numbers start.
    ///   - stream: which flow and direction it is: each has random numbers of its own.
    package init(_ faults: LinkFaults, seed: UInt64, stream: UInt64 = 0) {
        self.faults = faults
        numbers = SeededNumbers(seed: seed, stream: stream)
    }

    /// What becomes of the next datagram.
    ///
    /// - Parameters:
    ///   - size: its bytes, those of UDP's payload.
    ///   - time: when it is sent, since any moment that stays the same; not before the one before it.
    package mutating func next(size: Int, at time: Duration) -> LinkFate {
        // Each datagram takes as many numbers, whatever becomes of it: what is done to one does not change the others' fate.
        let turns = chance(isInBurst ? faults.burst?.leave ?? 1 : faults.burst?.enter ?? 0)
        if turns { isInBurst.toggle() }
        let isLost = chance(isInBurst ? faults.burst?.loss ?? 0 : faults.loss)
        let isDoubled = chance(faults.duplication)
        let isHeldBack = chance(faults.reordering)
        let travel = [travelTime(), travelTime()]

        if let mtu = faults.mtu, size + LinkFaults.headerSize > mtu { return LinkFate(loss: .tooLarge) }
        guard let wait = queue(size + LinkFaults.headerSize, at: time) else { return LinkFate(loss: .overflow) }
        // What is lost on the way took its time on the link.
        if isLost { return LinkFate(loss: .chance) }
        let first = wait + travel[0] + (isHeldBack ? faults.reorderingDelay : .zero)
        return LinkFate(times: isDoubled ? [first, wait + travel[1]] : [first], isHeldBack: isHeldBack)
    }

    /// How long it takes until a datagram is on its way, behind those that wait; nil when there is no place for it.
    private mutating func queue(_ bytes: Int, at time: Duration) -> Duration? {
        guard let bandwidth = faults.bandwidth else { return .zero }
        let start = max(time, freeAt)
        let waiting = (start - time) / .seconds(1) * bandwidth / 8
        guard waiting <= Double(faults.queue) else { return nil }
        freeAt = start + .seconds(Double(bytes) * 8 / bandwidth)
        return freeAt - time
    }

    private mutating func chance(_ probability: Double) -> Bool { numbers.unit() < probability }

    private mutating func travelTime() -> Duration { faults.delay + faults.jitter * numbers.unit() }
}
