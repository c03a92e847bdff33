// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import DeviceSimulator

@Suite("Actuators: what they refuse, and why")
struct SafetyEnvelopeTests {
    private static func refusal(
        _ state: inout ActuatorState, _ value: Double, at time: Double = 0,
        _ reading: (String) -> Double? = { _ in nil }
    ) -> ResponseError? {
        do throws(ResponseError) {
            try state.command(value, at: time, reading: reading)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "Out of range is 4.00 and says what is allowed; what is no number as well",
        arguments: [
            (Actuator.Kind.setpoint, 31.0, "31 °C is out of range; 5 to 30 °C is allowed"),
            (.setpoint, 4.999, "4.999 °C is out of range; 5 to 30 °C is allowed"),
            (.setpoint, .nan, "this is no number; 5 to 30 °C is allowed"),
            (.setpoint, .infinity, "this is no number; 5 to 30 °C is allowed"),
            (.valve, 31, "31 % is out of range; 5 to 30 % is allowed"),
        ])
    func range(kind: Actuator.Kind, value: Double, text: String) {
        var state = ActuatorStateTests.state(kind, initial: 20) { $0.envelope.range = 5...30 }
        let refusal = Self.refusal(&state, value)
        #expect(refusal?.code == .badRequest && refusal?.diagnostic == text)
        #expect(state.value == 20)
        #expect(Self.refusal(&state, 30) == nil && state.value == 30)
    }

    @Test("A dimmer goes from 0 to 100 and a switch is 0 or 1, without an envelope")
    func kinds() {
        var dimmer = ActuatorStateTests.state(.dimmer)
        #expect(Self.refusal(&dimmer, -1)?.diagnostic == "-1 % is out of range; 0 to 100 % is allowed")
        #expect(Self.refusal(&dimmer, 100) == nil)
        var toggle = ActuatorStateTests.state(.switch)
        #expect(Self.refusal(&toggle, 0.5)?.diagnostic == "a switch is 0, off, or 1, on")
        #expect(Self.refusal(&toggle, 2)?.code == .badRequest)
        var setpoint = ActuatorStateTests.state(.setpoint)
        #expect(Self.refusal(&setpoint, -1e6) == nil)
        #expect(Self.refusal(&setpoint, .nan)?.code == .badRequest)
    }

    @Test("More change in a second than is allowed is 4.09, in one step or in several")
    func rate() {
        var state = ActuatorStateTests.state(.setpoint, initial: 20) { $0.envelope.rateOfChange = 1 }
        let refusal = Self.refusal(&state, 22, at: 100)
        #expect(refusal?.code == .conflict)
        #expect(refusal?.diagnostic == "changes by at most 1 °C in a second; now 19 to 21 °C is allowed")
        #expect(Self.refusal(&state, 20.6, at: 100) == nil)
        #expect(Self.refusal(&state, 21.2, at: 100.5)?.code == .conflict)
        #expect(Self.refusal(&state, 21, at: 100.5) == nil)
        #expect(Self.refusal(&state, 19.9, at: 100.9)?.code == .conflict)
        // The first step is a second ago, the second is not.
        #expect(Self.refusal(&state, 21.6, at: 101) == nil)
        #expect(Self.refusal(&state, 22, at: 101.2)?.code == .conflict)
        #expect(Self.refusal(&state, 22, at: 101.5) == nil)
        #expect(state.value == 22)
    }

    @Test("Countless small changes in a second are refused as well")
    func manyChanges() {
        var state = ActuatorStateTests.state(.setpoint) { $0.envelope.rateOfChange = 1 }
        var refusal: ResponseError?
        for number in 1...100 where refusal == nil { refusal = Self.refusal(&state, Double(number) * 1e-3, at: 5) }
        #expect(refusal?.code == .conflict && refusal?.diagnostic?.contains("32 changes") == true)
        #expect(Self.refusal(&state, 0.5, at: 6.1) == nil)
    }

    @Test("An interlock is 4.09 and names the resource and its value")
    func interlock() {
        var state = ActuatorStateTests.state(.setpoint, initial: 20) {
            $0.envelope.interlocks = [.init(resource: "sensors/temperature", forbidden: 35...100, values: 26...30)]
        }
        let hot: (String) -> Double? = { $0 == "sensors/temperature" ? 36.25 : nil }
        let refusal = Self.refusal(&state, 27, hot)
        #expect(refusal?.code == .conflict)
        #expect(
            refusal?.diagnostic == "interlock: sensors/temperature is 36.25; at 35 to 100 26 to 30 is not allowed")
        #expect(Self.refusal(&state, 25, hot) == nil)
        #expect(Self.refusal(&state, 27) { _ in 20 } == nil)
        // What cannot be looked at is not taken for safe.
        for blind in [nil, Double.nan] {
            let refusal = Self.refusal(&state, 28) { _ in blind }
            #expect(refusal?.code == .conflict && refusal?.diagnostic?.contains("has no value") == true)
        }
    }

    @Test("An interlock without values lets only the fail-safe value pass")
    func strictInterlock() {
        var state = ActuatorStateTests.state(.valve, initial: 20) {
            $0.envelope.interlocks = [.init(resource: "sensors/level", forbidden: 0...0.1)]
            $0.envelope.failSafe = 0
        }
        let refusal = Self.refusal(&state, 50) { _ in 0.05 }
        #expect(refusal?.code == .conflict)
        #expect(refusal?.diagnostic == "interlock: sensors/level is 0.05; at 0 to 0.1 only 0 is allowed")
        #expect(Self.refusal(&state, 0) { _ in 0.05 } == nil)
        #expect(state.value == 0)
    }

    @Test("Nothing that is refused moves it, and numbers are drawn only for what might have been done")
    func refusedLeavesNothing() {
        func run(_ nonsense: Bool) -> [Bool] {
            var state = ActuatorStateTests.state(.dimmer) { $0.refusal = 0.5 }
            return (0..<200).map { number in
                if nonsense { _ = Self.refusal(&state, 200, at: Double(number)) }
                return Self.refusal(&state, Double(number % 100), at: Double(number)) == nil
            }
        }
        #expect(run(true) == run(false))
    }
}
