// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import PlainYAML
import Yams

/// Reads what once was recorded: points in the scenario itself, or a column of a CSV file beside it.
final class RecordingReader {
    /// Where the scenario's file is; nil for a text that is in no file.
    private let folder: String?
    /// How many points all recordings had so far.
    private var points = 0

    init(folder: String?) { self.folder = folder }

    func track(_ section: Section) throws(CoAPError) -> ReplayTrack {
        let track: ReplayTrack
        switch (section.has("points"), section.has("file")) {
        case (true, false):
            for name in ["column", "time-column"] where section.has(name) {
                throw section.problem(name, "goes with 'file'; take it out")
            }
            track = ReplayTrack(points: try inlinePoints(section))
        case (false, true): track = ReplayTrack(points: try filePoints(section))
        case (true, true): throw section.problem("file", "'points' and 'file' exclude each other; take one out")
        case (false, false):
            throw section.yaml.problem(
                section.line, section.key,
                "'points' or 'file' is missing; write 'points: [[0, 20.5], [10 s, 21]]' or 'file: day.csv'")
        }
        points += track.points.count
        guard points <= ScenarioLimits.points else {
            throw section.yaml.problem(
                section.line, section.key,
                "the recordings have more than \(ScenarioLimits.points) points together; leave some out")
        }
        var result = track
        result.interpolates = try section.flag("interpolate") ?? false
        result.repeats = try section.flag("repeat") ?? true
        return result
    }

    private func inlinePoints(_ section: Section) throws(CoAPError) -> [ReplayTrack.Point] {
        var points: [ReplayTrack.Point] = []
        let key = section.path("points")
        for node in try section.list("points") {
            guard let pair = node.sequence, pair.count == 2, let first = pair.first, let second = pair.last else {
                throw section.yaml.problem(node.line, key, "a point is a time and a value, such as [10 s, 21.5]")
            }
            let time = try section.yaml.measure(first, key, .seconds, in: 0...ScenarioLimits.longest)
            if let last = points.last, time <= last.time {
                throw section.yaml.problem(
                    first.line, key, "\(time.shown) s comes not after the point before it; write them in order")
            }
            points.append(.init(time: time, value: try section.yaml.number(second, key)))
        }
        guard !points.isEmpty else {
            throw section.problem("points", "is empty; write at least one, such as [0, 21.5]")
        }
        return points
    }

    private func filePoints(_ section: Section) throws(CoAPError) -> [ReplayTrack.Point] {
        let file = try section.text("file", wanted: "the name of a CSV file") ?? ""
        guard let folder else {
            throw section.problem("file", "only a scenario that is a file itself has files beside it; write 'points'")
        }
        let segments = file.split(separator: "/", omittingEmptySubsequences: false)
        guard !segments.isEmpty, segments.allSatisfy({ !$0.isEmpty && $0 != ".." }) else {
            throw section.problem(
                "file", "'\(file.shown)' does not stay in the scenario's folder; put the file there and write its name")
        }
        let path = "\(folder)/\(file)"
        guard let resolved = PlainFile.resolved(path), let home = PlainFile.resolved(folder) else {
            throw section.problem("file", "'\(file.shown)' is not there; put it beside the scenario's file")
        }
        guard resolved.hasPrefix(home == "/" ? home : home + "/") else {
            throw section.problem(
                "file", "'\(file.shown)' is a link that leaves the scenario's folder; put the file itself there")
        }
        let bytes: [UInt8]
        do throws(CoAPError) {
            bytes = try PlainFile.contents(at: resolved, maximumSize: ScenarioLimits.recordingSize)
        } catch {
            throw section.problem("file", error.message)
        }
        let time = try section.text("time-column") ?? "time"
        let value = try section.text("column") ?? "value"
        return try CSVRecording(name: path, timeColumn: time, valueColumn: value).points(bytes)
    }
}
