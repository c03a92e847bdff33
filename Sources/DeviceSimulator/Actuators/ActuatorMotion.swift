// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How an actuator comes from one place to another: by its inertia, and no further than its wear lets it.
struct ActuatorMotion {
    private let inertia: Double
    private let wear: Double
    /// Where it is without being told: closed, dark, or a set-point's first value.
    private let rest: Double
    /// What it was told to go to last; what wear makes of that is ``target``.
    private var aim: Double
    /// Where it is going.
    private(set) var target: Double
    private var from: Double
    private var start = 0.0
    private var changes = 0

    /// Below this distance it has arrived.
    private static let precision = 1e-9

    init(_ actuator: Actuator) {
        inertia = actuator.inertia
        wear = actuator.wear
        rest = actuator.kind == .setpoint ? actuator.initial : 0
        aim = actuator.initial
        target = actuator.initial
        from = actuator.initial
    }

    /// Turns to another place.
    mutating func turn(to value: Double, at time: Double) {
        guard value != aim else { return }
        from = self.value(at: time)
        start = time
        aim = value
        changes += 1
        let travel = max(0, 1 - wear * Double(changes))
        target = travel == 1 ? value : rest + (value - rest) * travel
    }

    /// Where it is at a time after the last turn.
    func value(at time: Double) -> Double {
        guard inertia > 0 else { return target }
        let distance = (from - target) * exp(-(time - start) / inertia)
        return abs(distance) <= Self.precision * max(1, abs(target)) ? target : target + distance
    }
}
