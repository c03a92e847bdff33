// SPDX-License-Identifier: Apache-2.0

/// Who may have handshakes under way: each address as many as there are places left, so that one alone gets half of them, and
/// beyond that as many as any other has. Where all are taken, the oldest one of whoever has most makes room for that.
struct HandshakePlaces {
    /// The flows of each address, in the order in which they came.
    private var held: [AddressBlock: [Flow]] = [:]
    private(set) var count = 0
    private let capacity: Int

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// What becomes of a flow that asks for a place.
    enum Answer: Equatable {
        /// It has one.
        case taken
        /// It may have the place of this one.
        case insteadOf(Flow)
        /// Its address has its share.
        case refused
    }

    /// Takes a place if there is one for a flow. Only an address that has as many as are left has all others looked through.
    mutating func take(_ flow: Flow) -> Answer {
        let own = held[flow.block, default: []].count
        if own >= capacity - count {
            let most = held.values.max { $0.count < $1.count } ?? []
            guard most.count > own + 1, let oldest = most.first else { return .refused }
            guard count < capacity else { return .insteadOf(oldest) }
        }
        add(flow)
        return .taken
    }

    /// Gives a place that is taken to another.
    mutating func replace(_ flow: Flow, by other: Flow) {
        giveBack(flow)
        add(other)
    }

    private mutating func add(_ flow: Flow) {
        held[flow.block, default: []].append(flow)
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
