// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import Foundation
import ScenarioFile
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
    /// - Parameters:
    ///   - output: the scenario's file; `-` for the standard output, which has no files beside it.
    ///   - paths: all resources that may have a table; those of the scenario without it.
    init(_ scenario: Scenario, output: String, paths: [String]? = nil) {
        let paths = paths ?? scenario.groups.flatMap { $0.resources.map(\.path) }
        let names = Dictionary(zip(paths, Self.tableNames(for: paths, output: output))) { first, _ in first }
        self.output = output
        var tables: [(name: String, text: String)] = []
        var lines = ["scenario: \(Self.quoted(scenario.name))", "title: \(Self.quoted(scenario.title))", "groups:"]
        for group in scenario.groups {
            lines += ["  - devices: \(Self.quoted(group.name.text))", "    resources:"]
            for resource in group.resources {
                guard case .sensor(let sensor) = resource.content, case .replay(let track) = sensor.signal else {
                    continue
                }
                lines.append("      \(Self.quoted(resource.path)):")
                var file: String?
                if track.points.count > Self.maximumInline, let name = names[resource.path] {
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

    /// The names of the tables, one for each path: none is another's, also where large and small letters are the same.
    ///
    /// - Returns: none where no files can stand beside the output: it is the standard output, or no plain file.
    static func tableNames(for paths: [String], output: String) -> [String] {
        var status = stat()
        guard output != "-", stat(output, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else { return [] }
        let base = RecordedScenario.name(for: output)
        var used: Set<String> = []
        return paths.map { path in
            let word = path.map { $0.isASCII && ($0.isLetter || $0.isNumber) || "-_.".contains($0) ? $0 : "-" }
            // A file name has 255 bytes at most, and while it is written it is a little longer.
            let start = "\(base).\(String(word.prefix(120)))"
            var name = start
            var number = 2
            while !used.insert(name.lowercased()).inserted {
                name = "\(start)-\(number)"
                number += 1
            }
            return name + ".csv"
        }
    }

    /// The folder of a file, with the `/` at its end; empty for the present one.
    static func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "" }

    /// True when a scenario may have such a resource.
    static func isReadable(_ resource: DeviceResource) -> Bool {
        var short = resource
        if case .sensor(var sensor) = short.content {
            sensor.signal = .replay(ReplayTrack(points: [.init(time: 0, value: 0)]))
            short = DeviceResource(path: resource.path, .sensor(sensor))
            (short.title, short.resourceType) = (resource.title, resource.resourceType)
            short.interface = resource.interface
        }
        var scenario = Scenario(name: "recording")
        scenario.title = "Recorded"
        var group = DeviceGroup(name: NamePattern("recording"))
        group.resources = [short]
        scenario.groups = [group]
        let text = ScenarioFiles(scenario, output: "-").text
        return (try? ScenarioDocument(text.utf8, name: "recording")) != nil
    }

    /// The resource without what no scenario may say of it.
    static func readable(_ resource: DeviceResource) -> DeviceResource {
        var resource = resource
        if !isReadable(resource) { resource.title = nil }
        if !isReadable(resource) { (resource.resourceType, resource.interface) = (nil, nil) }
        if !isReadable(resource), case .sensor(let sensor) = resource.content {
            var plain = Sensor(quantity: "value", unit: "/", signal: sensor.signal)
            (plain.period, plain.quantum) = (sensor.period, sensor.quantum)
            resource = DeviceResource(path: resource.path, .sensor(plain))
        }
        return resource
    }

    /// Writes the tables, and the scenario last.
    ///
    /// - Returns: why the scenario cannot be read again, if so; it is written all the same, since it cannot be recorded again.
    /// - Throws: ``OutputError``.
    func write(to place: ScenarioOutput) throws(OutputError) -> CoAPError? {
        let folder = Self.folder(of: output)
        for table in tables { try OutputFile.write(Array(table.text.utf8), to: folder + table.name) }
        var failure: CoAPError?
        do throws(CoAPError) {
            let files = tables.isEmpty ? nil : folder.isEmpty ? "." : folder
            _ = try ScenarioDocument(text.utf8, name: output, folder: files)
        } catch {
            failure = error
        }
        try place.write(text)
        return failure
    }
}
