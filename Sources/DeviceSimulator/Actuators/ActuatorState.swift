// SPDX-License-Identifier: Apache-2.0

import CoAP

/// An actuator as it moves: what it was told, and how far it has come. Times are in seconds since the scenario's start.
///
/// Where it is follows from when it was told what, by a formula: the steps in which time moves do not count.
struct ActuatorState {
    /// What it is.
    let actuator: Actuator
    /// How far it has come, in its own unit.
    private(set) var value: Double
    /// What it was told last, or took by itself.
    private(set) var commanded: Double
    /// How often it took its fail-safe value since nobody told it anything.
    private(set) var failSafes = 0
    /// Since when it has its fail-safe value for that reason; nil while it obeys.
    private(set) var failSafeSince: Double?

    private var motion: ActuatorMotion
    /// What it was told and does not do yet, for its latency.
    private var pending: [(time: Double, value: Double)] = []
    /// When it was last told something that it took.
    private var lastHeard = 0.0
    private var rate: RateWindow
    private var refusals: RandomStream

    /// How many commands may wait for the latency.
    static let maximumPending = 16

    /// - Parameters:
    ///   - actuator: what it is.
    ///   - name: the path of its random numbers, `room-007/actuators/heater`.
    ///   - seed: the scenario's.
    init(_ actuator: Actuator, name: String, seed: UInt64) {
        self.actuator = actuator
        value = actuator.initial
        commanded = actuator.initial
        motion = ActuatorMotion(actuator)
        rate = RateWindow(actuator.initial)
        refusals = RandomStream(seed: seed, name: name + "/refusal")
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
    ///   - value: 0 or 1 for a switch, per cent for a dimmer or valve, or a value in its unit.
    ///   - time: the present.
    ///   - reading: the present value of another resource of the device by its path, for interlocks.
    /// - Throws: `ResponseError` with the reason when it refuses.
    mutating func command(_ value: Double, at time: Double, reading: (String) -> Double?) throws(ResponseError) {
        advance(to: time)
        try actuator.check(value)
        try actuator.envelope.checkInterlocks(value, reading)
        if let limit = actuator.envelope.rateOfChange {
            try rate.check(value, at: time, limit: limit, actuator.displayedUnit)
        }
        guard pending.count < Self.maximumPending else {
            throw ResponseError(
                .serviceUnavailable, "\(Self.maximumPending) commands wait for the actuator already; wait as well")
        }
        if actuator.refusal > 0, refusals.unit() < actuator.refusal {
            throw ResponseError(.serviceUnavailable, "the actuator failed to obey; try again")
        }
        lastHeard = time
        failSafeSince = nil
        commanded = value
        if actuator.envelope.rateOfChange != nil { rate.note(value, at: time) }
        pending.append((time + actuator.latency, value))
        advance(to: time)
    }

    /// Moves on to a time.
    mutating func advance(to time: Double) {
        while let event = nextEvent, event.time <= time {
            motion.turn(to: event.value, at: event.time)
            if event.isFailSafe {
                pending = []
                commanded = event.value
                failSafes += 1
                failSafeSince = event.time
                rate = RateWindow(event.value)
            } else {
                pending.removeFirst()
            }
        }
        if motion.target != value { value = motion.value(at: time) }
    }

    /// What happens next without anybody's doing.
    private var nextEvent: (time: Double, value: Double, isFailSafe: Bool)? {
        let command = pending.first
        if failSafeSince == nil, let silence = actuator.envelope.silence, let safe = actuator.envelope.failSafe {
            let time = lastHeard + silence
            if time < command?.time ?? .infinity { return (time, safe, true) }
        }
        return command.map { ($0.time, $0.value, false) }
    }
}
