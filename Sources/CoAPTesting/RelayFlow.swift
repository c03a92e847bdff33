// SPDX-License-Identifier: Apache-2.0

import CoAP

/// One client of a ``FaultyLink``, and its socket towards the server. Confined to the relay's thread.
final class RelayFlow {
    /// What tells clients apart: where from, and which port of the relay they sent to.
    struct Key: Hashable {
        let client: SocketAddress
        let front: Int32
    }

    let key: Key
    let front: RelayFront
    let plans: RelayPlans
    /// Towards the server; -1 once the flow has made room for another one.
    var socket: Int32
    var lastUsed = MonotonicTime.now

    init(_ key: Key, front: RelayFront, plans: RelayPlans, socket: Int32) {
        self.key = key
        self.front = front
        self.plans = plans
        self.socket = socket
    }

    /// True when the ports are meant by which a caller names clients: the client's own, or the relay's that is for it alone.
    func isMeant(by ports: Set<UInt16>) -> Bool {
        ports.contains(key.client.port) || front.number != nil && ports.contains(front.port)
    }
}
