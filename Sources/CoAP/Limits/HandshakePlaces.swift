// SPDX-License-Identifier: Apache-2.0

/// Who may have handshakes under way: each address as many as there are places left, so that one alone gets half of them. Where
/// several have taken them all, who has less than another gets the place of the other's oldest one.
struct HandshakePlaces {
    /// The flows of each address, in the order in which they came.
    private var held: [AddressBlock: [Flow]] = [:]
    private(set) var count = 0
    private let capacity: Int

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Takes a place; false when the address has its share, or none is left.
    mutating func take(_ flow: Flow) -> Bool {
        guard held[flow.block, default: []].count < capacity - count else { return false }
        held[flow.block, default: []].append(flow)
        count += 1
        return true
    }

    /// Whose place an address may have that got none: the oldest one of whoever has most, unless that is as much as it
    /// would have itself. Goes through all addresses.
    func victim(for block: AddressBlock) -> Flow? {
        guard let most = held.values.max(by: { $0.count < $1.count }) else { return nil }
        return most.count > held[block, default: []].count + 1 ? most.first : nil
    }

    /// Gives a place that is taken to another.
    mutating func replace(_ flow: Flow, by other: Flow) {
        giveBack(flow)
        held[other.block, default: []].append(other)
        count += 1
    }

    /// Gives one back, where it is still held.
    mutating func giveBack(_ flow: Flow) {
        guard let index = held[flow.block]?.firstIndex(of: flow) else { return }
        held[flow.block]?.remove(at: index)
        if held[flow.block]?.isEmpty ?? false { held[flow.block] = nil }
        count -= 1
    }
}
