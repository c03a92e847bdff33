// SPDX-License-Identifier: Apache-2.0

/// The peers that began anew behind a Finished that could not be read, and have no session since. Once may be a forger's doing, and
/// the loss of the client's own Finished. No I/O.
struct RestartedHandshakes {
    /// How many are remembered; of more than these nothing is known.
    static let capacity = 1_000

    private var ends: [SocketAddress: MonotonicTime] = [:]
    private let memory: Duration

    /// - Parameter memory: how long a peer is remembered.
    init(memory: Duration) { self.memory = memory }

    /// A peer begins anew.
    ///
    /// - Returns: true when it did so before.
    mutating func note(_ peer: SocketAddress, at now: MonotonicTime) -> Bool {
        let isKnown = ends[peer].map { $0 > now } ?? false
        if !isKnown, ends.count >= Self.capacity { ends = ends.filter { $0.value > now } }
        if isKnown || ends.count < Self.capacity { ends[peer] = now + memory }
        return isKnown
    }

    /// A peer has a session.
    mutating func forget(_ peer: SocketAddress) { ends[peer] = nil }
}
