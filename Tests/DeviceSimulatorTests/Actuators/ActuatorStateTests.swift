// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import DeviceSimulator

@Suite("Actuators: how they move")
struct ActuatorStateTests {
    static func state(
        _ kind: Actuator.Kind = .dimmer, initial: Double = 0, _ change: (inout Actuator) -> Void = { _ in }
    ) -> ActuatorState {
        var actuator = Actuator(kind, quantity: "it", unit: kind == .setpoint ? "Cel" : "")
        actuator.initial = initial
        change(&actuator)
        return ActuatorState(actuator, name: "unit-1/it", seed: 7)
    }

    static func tell(_ state: inout ActuatorState, _ value: Double, at time: Double) throws {
        state.advance(to: time)
        try state.command(value, at: time) { _ in nil }
    }

    @Test("An ideal one is there at once, and gives its model a share", arguments: Actuator.Kind.allCases)
    func ideal(kind: Actuator.Kind) throws {
        var state = Self.state(kind)
        try Self.tell(&state, 1, at: 3)
        #expect(state.value == 1 && state.commanded == 1)
        #expect(state.modelInput == (kind == .switch || kind == .setpoint ? 1 : 0.01))
    }

    @Test("Latency: it obeys after so many seconds, each command in its turn")
    func latency() throws {
        var state = Self.state { $0.latency = 2 }
        try Self.tell(&state, 50, at: 10)
        try Self.tell(&state, 70, at: 11)
        for (time, value) in [(11.9, 0.0), (12, 50), (12.9, 50), (13, 70), (100, 70)] {
            state.advance(to: time)
            #expect(state.value == value, "at \(time)")
        }
    }

    @Test("What waits for a latency is limited")
    func pending() throws {
        var state = Self.state { $0.latency = 1_000 }
        for number in 0..<ActuatorState.maximumPending { try Self.tell(&state, Double(number), at: Double(number)) }
        let error = #expect(throws: ResponseError.self) { try Self.tell(&state, 99, at: 50) }
        #expect(error?.code == .serviceUnavailable && error?.diagnostic?.contains("16 commands wait") == true)
    }

    @Test("Inertia: it approaches what it was told by its time constant, from wherever it is")
    func inertia() throws {
        var state = Self.state { $0.inertia = 10 }
        try Self.tell(&state, 100, at: 0)
        state.advance(to: 10)
        #expect(abs(state.value - 63.212_055_883) < 1e-6)
        try Self.tell(&state, 0, at: 10)
        state.advance(to: 20)
        #expect(abs(state.value - 63.212_055_883 * 0.367_879_441) < 1e-6)
        state.advance(to: 1_000)
        #expect(state.value == 0)
    }

    @Test("Wear: each change loses a share of the travel, and saying the same again none")
    func wear() throws {
        var state = Self.state(.valve) { $0.wear = 0.1 }
        for change in 1...12 {
            try Self.tell(&state, change.isMultiple(of: 2) ? 0 : 100, at: Double(change))
            try Self.tell(&state, change.isMultiple(of: 2) ? 0 : 100, at: Double(change))
            let expected = change.isMultiple(of: 2) ? 0 : max(0, 100 * (1 - 0.1 * Double(change)))
            #expect(abs(state.value - expected) < 1e-9, "change \(change)")
        }
        var setpoint = Self.state(.setpoint, initial: 20) { $0.wear = 0.25 }
        try Self.tell(&setpoint, 24, at: 1)
        #expect(setpoint.value == 23)
    }

    @Test("Refusal: so often as it should, by numbers that are its own")
    func refusal() throws {
        var state = Self.state { $0.refusal = 0.2 }
        var refused = 0
        for number in 0..<5_000 {
            do { try Self.tell(&state, Double(number % 101), at: Double(number)) } catch let error as ResponseError {
                #expect(error.code == .serviceUnavailable && error.diagnostic?.contains("try again") == true)
                refused += 1
            }
        }
        // Four standard deviations.
        #expect(abs(Double(refused) - 1_000) < 4 * 28.3)
    }

    @Test("Nothing depends on the steps in which time moves", arguments: [0.01, 0.7, 3, 60])
    func steps(step: Double) throws {
        func run(_ step: Double) throws -> [Double] {
            var state = Self.state {
                $0.latency = 1.3
                $0.inertia = 8
                $0.wear = 0.01
                $0.envelope.silence = 25
                $0.envelope.failSafe = 10
            }
            var time = 0.0
            var seen: [Double] = []
            for (moment, value) in [(5.0, 80.0), (9.25, 20), (40, 66)] {
                while time + step < moment {
                    time += step
                    state.advance(to: time)
                }
                try Self.tell(&state, value, at: moment)
                time = moment
                seen.append(state.value)
            }
            state.advance(to: 90)
            return seen + [state.value, state.failSafeSince ?? -1]
        }
        #expect(try run(step) == run(1_000))
    }

    @Test("Fail-safe: it takes the value after so many seconds of silence, and obeys again when it is told")
    func failSafe() throws {
        var state = Self.state(.valve, initial: 30) {
            $0.envelope.silence = 60
            $0.envelope.failSafe = 5
            $0.envelope.rateOfChange = 1
        }
        try Self.tell(&state, 30, at: 50)
        state.advance(to: 109.9)
        #expect(state.value == 30 && state.failSafes == 0)
        state.advance(to: 500)
        #expect(state.value == 5 && state.failSafes == 1 && state.failSafeSince == 110 && state.commanded == 5)
        try Self.tell(&state, 6, at: 500)
        #expect(state.value == 6 && state.failSafeSince == nil)
        // A refusal is no sign of life.
        #expect(throws: ResponseError.self) { try Self.tell(&state, 90, at: 550) }
        state.advance(to: 560)
        #expect(state.value == 5 && state.failSafes == 2)
    }

    @Test("One that was never told anything takes its fail-safe value, too")
    func failSafeFromTheStart() {
        var state = Self.state(.setpoint, initial: 21) {
            $0.envelope.silence = 10
            $0.envelope.failSafe = 18
        }
        state.advance(to: 10)
        #expect(state.value == 18)
    }
}
