// SPDX-License-Identifier: Apache-2.0

import CoAP

/// An actuator as it moves: what it was told, and how far it has come. Times are in seconds since the scenario's start.
struct ActuatorState {
    /// What it is.
    let actuator: Actuator
    /// How far it has come, in its own unit.
    private(set) var value: Double

    /// - Parameters:
    ///   - name: the path of its random numbers, `room-007/actuators/heater`.
    init(_ actuator: Actuator, name: String, seed: UInt64) {
        self.actuator = actuator
        value = actuator.initial
    }

    /// What it gives its model: 0 to 1 of a switch, dimmer or valve, the value of a set-point.
    var modelInput: Double {
        switch actuator.kind {
        case .switch, .setpoint: value
        case .dimmer, .valve: value / 100
        }
    }

    /// Tells it what to do, at a time that ``advance(to:)`` has come to.
    ///
    /// - Parameters:
    ///   - reading: the present value of another resource of the device by its path, for interlocks.
    /// - Throws: `ResponseError` with the reason when it refuses.
    mutating func command(_ value: Double, at time: Double, reading: (String) -> Double?) throws(ResponseError) {
        self.value = value
    }

    /// Moves on to a time.
    mutating func advance(to time: Double) {}
}
