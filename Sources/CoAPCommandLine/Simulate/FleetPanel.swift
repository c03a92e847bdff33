// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator
import Foundation

/// What a person sees of a fleet that runs, once a second.
struct FleetPanel {
    let scenario: Scenario
    /// The simulated date at the start, in seconds since 1970.
    let start: Double
    /// Where it can be broken by hand.
    let control: [String]
    private var before = FleetSnapshot()
    private var rate = 0.0

    init(_ scenario: Scenario, start: Double, control: [String] = []) {
        self.control = control
        self.scenario = scenario
        self.start = start
    }

    /// Takes the next snapshot: what is counted by the second is counted from the one before.
    mutating func take(_ now: FleetSnapshot) {
        let passed = now.elapsed - before.elapsed
        if passed > 0 {
            rate = Double(now.counters.reportsDelivered - before.counters.reportsDelivered) / passed
        }
        before = now
    }

    /// The rows of a screen.
    var rows: [String] {
        let counters = before.counters
        var rows = [
            scenario.title.isEmpty ? scenario.name : "\(scenario.name): \(scenario.title)", "",
            row("time", "\(date)  \(progress)"),
            row("devices", "\(counters.devicesUp) of \(before.devices) up"),
            row("handshakes", "\(counters.handshakes), \(counters.handshakesFailed) failed"),
            row(
                "reports",
                "\(SimulationText.rounded(rate))/s, \(counters.reportsDelivered) delivered of \(counters.reportsMade)"),
            row("", "\(counters.reportsWaiting) waiting, \(counters.reportsLost) lost"),
            row("latency", SimulationText.latency(before.latency)), row("values", "\(before.samples)"), "",
        ]
        if counters.errors.isEmpty {
            rows.append(row("errors", "none"))
        } else {
            let sorted = counters.errors.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            for (index, (kind, count)) in sorted.enumerated() {
                rows.append(row(index == 0 ? "errors" : "", "\(kind) \(count)"))
            }
        }
        return rows + control.map { row("control", $0) }
    }

    /// The same on one line.
    var line: String {
        let counters = before.counters
        var parts = [
            date, "\(counters.devicesUp)/\(before.devices) up",
            "\(counters.handshakes) handshakes (\(counters.handshakesFailed) failed)",
            "\(SimulationText.rounded(rate)) reports/s", "\(counters.reportsWaiting) waiting",
            "\(counters.reportsLost) lost",
        ]
        if before.latency.count > 0 { parts.append(SimulationText.latency(before.latency)) }
        if let errors = SimulationText.errors(counters.errors) { parts.append("errors: \(errors)") }
        if isOver { parts.append("over, waiting for answers") }
        return parts.joined(separator: ", ")
    }

    private func row(_ name: String, _ text: String) -> String {
        name + String(repeating: " ", count: max(1, 12 - name.count)) + text
    }

    private var date: String {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime]
        return formatter.string(from: Date(timeIntervalSince1970: start + before.time))
    }

    private var isOver: Bool { scenario.duration.map { before.time >= $0 } ?? false }

    private var progress: String {
        let time = SimulationText.time(before.time)
        guard let duration = scenario.duration else { return "(\(time))" }
        return isOver ? "(over, waiting for answers)" : "(\(time) of \(SimulationText.time(duration)))"
    }
}
