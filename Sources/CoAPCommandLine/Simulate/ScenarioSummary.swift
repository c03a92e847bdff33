// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator

/// What `coap simulate --check` says is in a scenario.
enum ScenarioSummary {
    /// The lines.
    static func text(_ scenario: Scenario) -> String {
        var lines = [
            scenario.title.isEmpty ? scenario.name : "\(scenario.name): \(PrintableText.escaped(scenario.title.utf8))"
        ]
        var time = scenario.duration.map { "\(SimulationText.time($0)) of simulated time" } ?? "without an end"
        if scenario.speed != 1 { time += ", \(SimulationText.rounded(scenario.speed)) simulated seconds a second" }
        lines.append("  seed \(scenario.seed), \(time), \(SimulationText.number(scenario.deviceCount, "device"))")
        for group in scenario.groups { lines.append("  \(group.name.text): \(describe(group))") }
        lines.append(
            "  \(SimulationText.number(scenario.events.count, "event")), "
                + SimulationText.number(scenario.assertions.count, "assertion"))
        return lines.joined(separator: "\n") + "\n"
    }

    private static func describe(_ group: DeviceGroup) -> String {
        var sensors = 0
        var actuators = 0
        for resource in group.resources {
            switch resource.content {
            case .sensor: sensors += 1
            case .actuator: actuators += 1
            case .description, .firmware: break
            }
        }
        var parts = [
            SimulationText.number(group.count, "device"),
            "\(SimulationText.number(sensors, "sensor")) and \(SimulationText.number(actuators, "actuator")) each",
        ]
        switch group.credential {
        case .preSharedKey: parts.append("pre-shared keys")
        case .certificate: parts.append("certificates")
        case .plain: parts.append("plain CoAP")
        }
        switch group.report?.trigger {
        case .every(let seconds):
            parts.append("a report every \(SimulationText.time(seconds * Double(group.report?.batch ?? 1)))")
        case .change: parts.append("reports on change")
        case nil: parts.append("no reports")
        }
        if group.link != nil { parts.append("a link with faults") }
        if !group.faults.isEmpty { parts.append(SimulationText.number(group.faults.count, "fault")) }
        return parts.joined(separator: ", ")
    }
}
