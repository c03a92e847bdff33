// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator
import Testing

@testable import CoAPCommandLine

@Suite("What coap-server offers to type")
struct ServerExamplesTests {
    private func scenario(_ count: Int, _ resources: [DeviceResource]) -> Scenario {
        var scenario = Scenario(name: "x")
        var group = DeviceGroup(name: NamePattern("pump-{n:02}"))
        group.count = count
        group.resources = resources
        scenario.groups = [group]
        return scenario
    }

    private let level = DeviceResource(
        path: "sensors/level", .sensor(Sensor(quantity: "level", unit: "m", signal: .constant(1))))

    private func actuator(_ kind: Actuator.Kind, initial: Double = 0, range: ClosedRange<Double>? = nil)
        -> DeviceResource
    {
        var actuator = Actuator(kind, quantity: "a")
        actuator.initial = initial
        actuator.envelope.range = range
        return DeviceResource(path: "actuators/a", .actuator(actuator))
    }

    @Test("One device is at the root, several have folders")
    func paths() {
        #expect(ServerExamples(scenario(1, [level])).readable == "sensors/level")
        #expect(ServerExamples(scenario(2, [level])).readable == "pump-01/sensors/level")
        #expect(ServerExamples(scenario(1, [level])).writable == nil)
        #expect(ServerExamples(scenario(1, [])).readable == ".well-known/core")
        let description = DeviceResource(path: "device", .description)
        #expect(ServerExamples(scenario(1, [description, actuator(.switch)])).readable == "actuators/a")
        #expect(ServerExamples(.thermostat) == .thermostat)
    }

    @Test("A value that the actuator may take")
    func values() {
        #expect(ServerExamples(scenario(1, [actuator(.switch)])).writable == .init(path: "actuators/a", text: "on"))
        #expect(ServerExamples(scenario(1, [actuator(.dimmer, initial: 20)])).writable?.text == "20")
        #expect(ServerExamples(scenario(1, [actuator(.setpoint, initial: 0, range: 5.5...30)])).writable?.text == "5.5")
    }
}
