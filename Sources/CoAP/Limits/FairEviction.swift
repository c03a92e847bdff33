// SPDX-License-Identifier: Apache-2.0

/// Who makes room when there are too many sessions: the owner that has most of them, be it an identity or, of those without
/// one, an address; among its sessions those of the address that has most of them; and of these the one not in use that was
/// heard longest ago. Nobody loses a session to somebody who has more. No I/O.
enum FairEviction {
    /// A session that may make room.
    struct Candidate {
        let owner: SessionOwner
        /// True with requests under way or observations.
        var isInUse = false
        let lastHeard: MonotonicTime
    }

    /// The index of the session that makes room; nil when there is none.
    static func victim(_ candidates: [Candidate]) -> Int? {
        let owners = most(candidates.indices, candidates, \.owner)
        let addresses = most(owners, candidates) { $0 }
        return addresses.min { first, second in
            let (first, second) = (candidates[first], candidates[second])
            if first.isInUse != second.isInUse { return second.isInUse }
            return first.lastHeard < second.lastHeard
        }
    }

    /// The candidates of those holders that have most of them.
    private static func most<Holder: Hashable>(
        _ indices: some Sequence<Int>, _ candidates: [Candidate], _ holder: (SessionOwner) -> Holder
    ) -> [Int] {
        var counts: [Holder: Int] = [:]
        for index in indices { counts[holder(candidates[index].owner), default: 0] += 1 }
        let most = counts.values.max() ?? 0
        return indices.filter { counts[holder(candidates[$0].owner)] == most }
    }
}

/// Whose a session is: its peer's identity, or address where there is none, and the address again. The first one stands for the
/// identity by a hash that differs in each process, so that thousands are compared fast.
struct SessionOwner: Hashable {
    let owner: Int
    let address: AddressBlock?

    init(_ peer: Peer) {
        address = peer.address.map(AddressBlock.init)
        owner = peer.identity == .anonymous ? address.hashValue : peer.identity.hashValue
    }

    init(owner: Int, address: AddressBlock?) {
        self.owner = owner
        self.address = address
    }
}
