// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A fault that somebody asked for.
struct InjectedFault: Hashable, Sendable {
    /// Its number among all that were asked for.
    var number: Int
    /// What was asked for.
    var command: FaultCommand
    /// By whom.
    var identity: PeerIdentity
    /// How many devices it met.
    var devices: Int
    /// When, in seconds since the scenario's start.
    var start: Double
    /// Within how many seconds each sensor that it meets samples, and so looks at it.
    var period: Double

    /// How long it lasts; one that lasts for a sample waits for it.
    private var length: Double { command.duration > 0 ? command.duration : period }

    /// True as long as it lasts.
    func isActive(at time: Double) -> Bool { time < start + length }

    /// True as long as a sensor may remember it.
    func isHeld(at time: Double) -> Bool { time < start + max(length, period) }

    /// How many seconds are left.
    func rest(at time: Double) -> Double { max(0, start + length - time) }
}
