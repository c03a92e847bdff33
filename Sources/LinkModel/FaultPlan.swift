// SPDX-License-Identifier: Apache-2.0

/// Decides what becomes of the datagrams of one direction, one after the other: the same for the same seed.
package struct FaultPlan {
    package let faults: LinkFaults
    private var generator: SeededNumbers

    /// - Parameters:
    ///   - faults: what goes wrong.
    ///   - seed: where the random numbers start.
    package init(_ faults: LinkFaults, seed: UInt64) {
        self.faults = faults
        generator = SeededNumbers(seed: seed)
    }

    /// After which times the next datagram arrives: none when it is lost, two when it comes twice.
    ///
    /// - Parameter isHeldBack: set to whether it lets later ones overtake it.
    package mutating func next(isHeldBack: inout Bool) -> [Duration] {
        // Each datagram takes as many numbers, whatever becomes of it: what is done to one does not change the others' fate.
        let isLost = chance(faults.loss)
        let isDoubled = chance(faults.duplication)
        isHeldBack = chance(faults.reordering)
        let times = [time(), time()]
        if isLost {
            isHeldBack = false
            return []
        }
        let first = times[0] + (isHeldBack ? faults.reorderingDelay : .zero)
        return isDoubled ? [first, times[1]] : [first]
    }

    private mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &generator) < probability
    }

    private mutating func time() -> Duration {
        faults.delay + faults.jitter * Double.random(in: 0..<1, using: &generator)
    }
}
