// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import SenML

/// A recorded scenario as files: the scenario in YAML, and beside it a table for each long recording.
struct ScenarioFiles {
    /// The scenario's text.
    let text: String
    /// The tables by the names of their files, which stand in the scenario's folder.
    let tables: [(name: String, text: String)]
    private let output: String

    /// The most values that stand in the scenario itself; more go to a file beside it.
    static let maximumInline = 1_000

    /// The files of a scenario.
    ///
    /// - Parameter output: the scenario's file; `-` for the standard output, which has no files beside it.
    init(_ scenario: Scenario, output: String) {
        self.output = output
        var tables: [(name: String, text: String)] = []
        let base = RecordedScenario.name(for: output)
        var lines = ["scenario: \(scenario.name)", "title: \(Self.quoted(scenario.title))", "groups:"]
        for group in scenario.groups {
            lines += ["  - devices: \(Self.quoted(group.name.text))", "    resources:"]
            for resource in group.resources {
                guard case .sensor(let sensor) = resource.content, case .replay(let track) = sensor.signal else {
                    continue
                }
                lines.append("      \(Self.quoted(resource.path)):")
                var file: String?
                if output != "-", track.points.count > Self.maximumInline {
                    let name = "\(base).\(resource.path.map { $0 == "/" ? "-" : $0 }.map(String.init).joined()).csv"
                    tables.append((name, Self.table(track)))
                    file = name
                }
                lines += Self.lines(of: resource, sensor, track, file).map { "        " + $0 }
            }
        }
        text = lines.joined(separator: "\n") + "\n"
        self.tables = tables
    }

    private static func lines(
        of resource: DeviceResource, _ sensor: Sensor, _ track: ReplayTrack, _ file: String?
    ) -> [String] {
        var lines = ["sensor: \(quoted(sensor.quantity))", "unit: \(quoted(sensor.unit))"]
        if let file {
            lines.append("signal: {replay: {file: \(quoted(file))}}")
        } else {
            lines += ["signal:", "  replay:", "    points:"]
            lines += track.points.map { "      - [\(number($0.time)), \(number($0.value))]" }
        }
        lines.append("period: \(number(sensor.period)) s")
        if sensor.quantum > 0 { lines.append("quantum: \(number(sensor.quantum))") }
        if let title = resource.title { lines.append("title: \(quoted(title))") }
        if let type = resource.resourceType { lines.append("rt: \(quoted(type))") }
        if let interface = resource.interface { lines.append("if: \(quoted(interface))") }
        return lines
    }

    private static func table(_ track: ReplayTrack) -> String {
        "time,value\n" + track.points.map { "\(number($0.time)),\(number($0.value))\n" }.joined()
    }

    /// Text as it stands in quotes: what JSON writes, YAML reads.
    private static func quoted(_ text: String) -> String { JSONValue.string(text).compact }

    private static func number(_ value: Double) -> String { JSONValue.number(value).compact }

    /// Writes the tables, and the scenario last.
    ///
    /// - Throws: ``OutputError``.
    func write() throws(OutputError) {
        let folder = output.lastIndex(of: "/").map { output[...$0] } ?? ""
        for table in tables { try OutputFile.write(Array(table.text.utf8), to: folder + table.name) }
        try OutputFile.write(Array(text.utf8), to: output)
    }
}
