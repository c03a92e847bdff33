// SPDX-License-Identifier: Apache-2.0

import SenML
import Testing

/// Small scenarios for `coap simulate`.
enum SimulatedFleet {
    /// Rooms that report each second.
    ///
    /// - Parameters:
    ///   - duration: in seconds.
    ///   - events: lines of YAML.
    ///   - assertions: lines of YAML.
    static func rooms(
        _ count: Int = 5, duration: Int = 4, credentials: String = "{psk: \"{name}\"}", events: [String] = [],
        assertions: [String] = ["reports lost == 0"]
    ) -> String {
        var lines = [
            "scenario: rooms", "title: some rooms", "seed: 7",
            "time: {start: 2026-01-15T06:00:00Z, duration: \(duration) s}", "groups:", "  - devices: room-{n}",
            "    count: \(count)", "    credentials: \(credentials)", "    resources:",
            "      sensors/temperature: {sensor: temperature, unit: Cel, signal: {sine: {mean: 20, amplitude: 2, "
                + "period: 1 min}}, period: 1 s, noise: 0.1}",
            "    report: {to: reports, every: 1 s}",
        ]
        if !events.isEmpty { lines += ["events:"] + events.map { "  - \($0)" } }
        if !assertions.isEmpty { lines += ["assert:"] + assertions.map { "  - \($0)" } }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A folder with a scenario in `rooms.yaml`.
    static func folder(_ yaml: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(Array(yaml.utf8), to: "rooms.yaml", permissions: 0o644)
        return folder
    }

    /// Runs `coap simulate` in a folder.
    static func run(_ arguments: [String], in folder: TemporaryFolder) async throws -> ToolResult {
        try await ToolProcess.run(.coap, ["simulate"] + arguments, folder: folder.path)
    }

    /// A count of a report in JSON, `reports.lost`.
    static func number(_ path: String, of result: ToolResult) throws -> Int {
        var value = try JSONParser.parse(result.outputBytes)
        for key in path.split(separator: ".") { value = try #require(value[String(key)], "\(result.transcript)") }
        return Int(try #require(value.double, "\(path): \(result.transcript)"))
    }
}
