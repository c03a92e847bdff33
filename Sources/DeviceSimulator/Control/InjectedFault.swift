// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A fault that somebody asked for.
struct InjectedFault: Hashable, Sendable {
    /// What was asked for.
    var command: FaultCommand
    /// By whom.
    var identity: PeerIdentity
    /// How many devices it met.
    var devices: Int
    /// When, in seconds since the scenario's start.
    var start: Double

    /// True as long as it lasts.
    func isActive(at time: Double) -> Bool { time < start + command.duration }

    /// How many seconds are left.
    func rest(at time: Double) -> Double { max(0, start + command.duration - time) }
}
