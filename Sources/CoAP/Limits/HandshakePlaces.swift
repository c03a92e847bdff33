// SPDX-License-Identifier: Apache-2.0

/// Who may have handshakes under way: each address as many as there are places left, so that one alone gets half of them, ten
/// together ten elevenths, and the next one still finds some free.
struct HandshakePlaces {
    private var held: [AddressBlock: Int] = [:]
    private(set) var count = 0
    private let capacity: Int

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Takes a place; false when the address has its share, or none is left.
    mutating func take(_ block: AddressBlock) -> Bool {
        let own = held[block, default: 0]
        guard own < capacity - count else { return false }
        held[block] = own + 1
        count += 1
        return true
    }

    /// Gives one back.
    mutating func giveBack(_ block: AddressBlock) {
        guard let own = held[block] else { return }
        held[block] = own > 1 ? own - 1 : nil
        count -= 1
    }
}
