// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import Glibc
import Testing

@testable import ScenarioFile

@Suite("Recordings beside a scenario")
struct RecordingTests {
    private static func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
        var template = Array("/tmp/scenario-recordings-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        let folder = try #require(made)
        defer {
            for name in files.keys { unlink("\(folder)/\(name)") }
            unlink("\(folder)/link.csv")
            rmdir(folder)
        }
        for (name, text) in files {
            let file = try #require(fopen("\(folder)/\(name)", "w"))
            fputs(text, file)
            fclose(file)
        }
        try body(folder)
    }

    private static func scenario(_ replay: String) -> String {
        "scenario: s\ngroups:\n- devices: d\n  resources:\n    a: {sensor: t, unit: Cel, signal: {replay: \(replay)}}\n"
    }

    private static func track(_ path: String) throws -> ReplayTrack {
        let resource = try ScenarioDocument(path).scenario.groups[0].resources[0]
        guard case .replay(let track)? = resource.sensor?.signal else { throw CoAPError(.internal, "no recording") }
        return track
    }

    @Test("A column of a CSV file is replayed; lines without a value are passed over")
    func column() throws {
        let csv = "# recorded\r\ntime,other,value\r\n100,1,20.5\r\n\r\n110,2,\r\n120.5,3, \"21\"\r\n"
        try Self.withFolder([
            "s.yaml": Self.scenario("{file: day.csv, repeat: false}"), "day.csv": csv,
            "t.yaml": Self.scenario("{file: ./day.csv, column: other, time-column: time}"),
        ]) { folder in
            let track = try Self.track("\(folder)/s.yaml")
            #expect(track.points == [.init(time: 0, value: 20.5), .init(time: 20.5, value: 21)] && !track.repeats)
            let others = try Self.track("\(folder)/t.yaml").points.map(\.value)
            #expect(others == [1, 2, 3])
        }
    }

    @Test("Dates are times, too")
    func dates() throws {
        let csv = "value,time\n1,2026-01-15T06:00:00Z\n2,2026-01-15T06:01:00Z\n"
        try Self.withFolder(["s.yaml": Self.scenario("{file: day.csv}"), "day.csv": csv]) { folder in
            let times = try Self.track("\(folder)/s.yaml").points.map(\.time)
            #expect(times == [0, 60])
        }
    }

    @Test(
        "A bad line is named with what to do",
        arguments: [
            ("time,value\n1,x\n", "day.csv:2: value: 'x' is no number"),
            ("time,value\nsoon,1\n", "day.csv:2: time: 'soon' is no time"),
            ("time,value\n5,1\n5,2\n", "day.csv:3: time: 5 comes not after"),
            ("time,value\n5\n", "day.csv:2: has 1 columns"),
            ("time,temp\n5,1\n", "day.csv:1: there is no column 'value'"),
            ("time,value\n", "no value"), ("", "no value"), ("time,value\n1,1e999\n", "'1e999' is no number"),
        ])
    func badLine(csv: String, part: String) throws {
        try Self.withFolder(["s.yaml": Self.scenario("{file: day.csv}"), "day.csv": csv]) { folder in
            let path = "\(folder)/s.yaml"
            let error = try #require(throws: CoAPError.self) { _ = try ScenarioDocument(path) }
            #expect(error.code == .invalidArgument && error.message.contains(part), "\(error.message)")
        }
    }

    @Test(
        "A file outside the scenario's folder is refused",
        arguments: ["../day.csv", "/etc/passwd", "a/../../day.csv", "link.csv", "missing.csv", "."])
    func outside(file: String) throws {
        try Self.withFolder(["s.yaml": Self.scenario("{file: \(file)}")]) { folder in
            #expect(symlink("/etc/passwd", "\(folder)/link.csv") == 0)
            let path = "\(folder)/s.yaml"
            let error = try #require(throws: CoAPError.self) { _ = try ScenarioDocument(path) }
            #expect(error.message.hasPrefix("\(folder)/s.yaml:5: "), "\(error.message)")
            #expect(error.message.contains("replay.file"), "\(error.message)")
        }
    }
}
