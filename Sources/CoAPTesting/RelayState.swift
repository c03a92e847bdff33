// SPDX-License-Identifier: Apache-2.0

import LinkModel

/// What the thread of a ``FaultyLink`` shares with everybody else.
struct RelayState {
    /// What the thread is to do before it passes on anything else.
    enum Order {
        /// Listen on another port, too.
        case open(RelayFront)
        /// Take new sockets towards the server, for clients of these ports; nil for all.
        case rebind(Set<UInt16>?)
    }

    var isStopped = false
    var isInterrupted = false
    /// The ports of clients that are interrupted alone.
    var interrupted: Set<UInt16> = []
    var orders: [Order] = []
    var privatePorts: [UInt64: UInt16] = [:]
    var toServer = LinkCounts()
    var toClient = LinkCounts()

    /// True when nothing passes for a flow.
    func stops(_ flow: RelayFlow) -> Bool {
        isInterrupted || !interrupted.isEmpty && flow.isMeant(by: interrupted)
    }
}
