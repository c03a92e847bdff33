// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import Testing

@testable import ScenarioFile

@Suite("Scenarios that come with the program")
struct ShippedScenarioTests {
    @Test("Each is read, bears its file's name and says what it is", arguments: ScenarioDocument.shippedNames)
    func reads(name: String) throws {
        let document = try ScenarioDocument(name)
        #expect(document.name == name && document.scenario.name == name)
        #expect((20...100).contains(document.scenario.title.utf8.count), "\(document.scenario.title)")
        #expect(ScenarioDocument.shipped.contains { $0 == (name, document.scenario.title) })
    }

    @Test("The thermostat in YAML is the one in Swift")
    func thermostat() throws {
        #expect(try ScenarioDocument("thermostat").scenario == Scenario.thermostat)
    }

    @Test("There are as many devices as they promise")
    func counts() throws {
        let counts = try ScenarioDocument.shippedNames.map { try ScenarioDocument($0).scenario.deviceCount }
        #expect(counts == [1, 200, 3, 12, 25, 5000, 0])
    }

    @Test(
        "Their values stay where their assertions say, without a network",
        arguments: ["smart-building", "greenhouse", "cold-chain", "chaos"])
    func values(name: String) async throws {
        let scenario = try ScenarioDocument(name).scenario
        let report = Fleet(scenario).runOffline(duration: nil) { _, _ in }
        #expect(report.samples > 0)
        for assertion in scenario.assertions {
            guard case .between(let quantity, let devices, let range) = assertion.check else { continue }
            let pattern = DevicePattern(devices)
            let found = report.extremes.filter { $0.quantity == quantity && pattern.matches($0.device) }
            #expect(!found.isEmpty)
            for extremes in found {
                let least = try #require(extremes.minimum)
                let most = try #require(extremes.maximum)
                #expect(range.contains(least) && range.contains(most), "\(extremes)")
            }
        }
    }
}
