// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import Testing

@testable import ScenarioFile

@Suite("Scenarios written as files")
struct ScenarioWritingTests {
    /// Assertions know the line they stand in, which is another one then.
    private static func withoutLines(_ scenario: Scenario) -> Scenario {
        var scenario = scenario
        for index in scenario.assertions.indices { scenario.assertions[index].line = nil }
        return scenario
    }

    private static func expectSame(_ scenario: Scenario) throws {
        let text = ScenarioDocument.yaml(of: scenario)
        let again = try ScenarioDocument(text.utf8, name: "written.yaml").scenario
        #expect(withoutLines(again) == withoutLines(scenario), "\(text.prefix(2000))")
        #expect(ScenarioDocument.yaml(of: again) == text)
    }

    @Test("Each that comes with the program is read back as it was", arguments: ScenarioDocument.shippedNames)
    func shipped(name: String) throws { try Self.expectSame(try ScenarioDocument(name).scenario) }

    @Test("All that can be written is read back as it was")
    func all() throws { try Self.expectSame(try ScenarioDocument(everything.utf8, name: "s").scenario) }

    @Test("A recording of many points and odd texts is read back as it was")
    func recording() throws {
        var scenario = Scenario(name: "recorded")
        scenario.title = "A \"title\": # 5 % \\ of \u{1F600} 'it'"
        scenario.start = 1_768_456_800
        var group = DeviceGroup(name: NamePattern("10"))
        group.credential = .plain
        let points = (0..<1000).map { ReplayTrack.Point(time: Double($0) * 0.1, value: Double($0) / 7 - 20) }
        group.resources = [
            DeviceResource(
                path: "3303/0/5700",
                .sensor(Sensor(quantity: "5700", unit: "%RH", signal: .replay(ReplayTrack(points: points))))),
            DeviceResource(
                path: "on", .sensor(Sensor(quantity: "no", unit: "/", signal: .constant(-1e-7)))),
        ]
        group.resources[1].title = "yes"
        scenario.groups = [group]
        try Self.expectSame(scenario)
    }

    @Test("Times are written as people write them")
    func durations() {
        let written = [0, 0.25, 1, 1.5, 60, 90, 3600, 5400, 86_400, -30, 0.000_1].map(YAMLText.duration)
        #expect(
            written == ["0", "250 ms", "1 s", "1.5 s", "1 min", "90 s", "1 h", "90 min", "1 d", "-30 s", "0.0001 s"])
    }
}
