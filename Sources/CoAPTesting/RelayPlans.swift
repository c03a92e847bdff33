// SPDX-License-Identifier: Apache-2.0

import LinkModel

/// What becomes of the datagrams of one flow, in both directions. Confined to the relay's thread.
final class RelayPlans {
    var toServer: LinkPlan
    var toClient: LinkPlan

    /// - Parameters:
    ///   - number: which flow it is.
    ///   - isPrivate: whether the number is that of a port for one client, and not of the order in which clients came.
    init(_ faults: (toServer: LinkFaults, toClient: LinkFaults), seed: UInt64, number: UInt64, isPrivate: Bool) {
        let stream = number << 2 | (isPrivate ? 2 : 0)
        toServer = LinkPlan(faults.toServer, seed: seed, stream: stream)
        toClient = LinkPlan(faults.toClient, seed: seed, stream: stream | 1)
    }
}
