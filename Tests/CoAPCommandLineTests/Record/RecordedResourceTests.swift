// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import Foundation
import ScenarioFile
import Testing

@testable import CoAPCommandLine

@Suite("A recorded resource")
struct RecordedResourceTests {
    private let candidate: RecordingChoice.Candidate

    init() throws {
        let link = #"</sensors/temperature>;rt="temperature";if="core.s";title="Air \"in\" here";obs"#
        let choice = RecordingChoice(try LinkFormat(parsing: Array(link.utf8)), paths: [])
        candidate = try #require(choice.candidates.first)
    }

    private func recorded(_ values: [(Double, Double)]) -> RecordedResource {
        var resource = RecordedResource(candidate)
        for (time, value) in values {
            guard var measurement = Measurement(Array("\(value) °C".utf8), .text) else { continue }
            measurement.quantity = "temperature"
            resource.add(measurement, at: time)
        }
        return resource
    }

    @Test("Values keep their times; one that came again is counted, not repeated")
    func points() {
        let resource = recorded([(0.03, 20.5), (2.0004, 20.5), (4.0002, 20.75), (4.0004, 21)])
        #expect(resource.count == 4)
        #expect(resource.points == [.init(time: 0, value: 20.5), .init(time: 4, value: 21)])
        #expect(resource.range == 20.5...21)
    }

    @Test("It plays back what it saw: same path, unit, type and values at the same times, then anew")
    func replay() throws {
        let resource = recorded([(0.1, 20.5), (2, 20.75), (5, 21)])
        let scenario = RecordedScenario.scenario(
            of: [resource], from: "coap://[::1]", name: "office", duration: 8, date: .init(timeIntervalSince1970: 0))
        let text = ScenarioFiles(scenario, output: "-").text
        let read = try ScenarioDocument(Array(text.utf8), name: "office.yaml").scenario
        #expect(read == scenario)
        #expect(read.title == "Recorded from coap://[::1] on 1970-01-01T00:00:00Z, 8 s")
        let device = Device(number: 1, of: read.groups[0], in: read)
        #expect(device.name == "office" && read.groups[0].resources[0].title == #"Air "in" here"#)
        #expect(
            read.groups[0].resources[0].resourceType == "temperature"
                && read.groups[0].resources[0].interface == "core.s")
        var values: [Double] = []
        for time in [0.5, 1.5, 2.5, 4.5, 5.5, 7.5, 8.5, 10.5] {
            device.advance(to: time)
            values.append(try #require(device.value(of: 0)))
        }
        #expect(values == [20.5, 20.5, 20.75, 20.75, 21, 21, 20.5, 20.75])
    }

    @Test("A long recording goes to a table beside the scenario, and is read from there")
    func table() throws {
        let folder = try TemporaryFolder()
        let resource = recorded((0..<1_500).map { (Double($0), Double($0 % 7) + 0.25) })
        let scenario = RecordedScenario.scenario(
            of: [resource], from: "coap://[::1]", name: "long", duration: 1_500, date: .now)
        let files = ScenarioFiles(scenario, output: folder.path("long.yaml"))
        let failure = try files.write(to: ScenarioOutput(folder.path("long.yaml"), overwrite: false))
        #expect(failure == nil)
        #expect(files.tables.map(\.name) == ["long.sensors-temperature.csv"])
        #expect(files.text.utf8.count < 1_000)
        #expect(try ScenarioDocument(folder.path("long.yaml")).scenario == scenario)
    }

    @Test("What is kept is bounded")
    func bounded() {
        var resource = RecordedResource(candidate)
        for number in 0..<(RecordedResource.maximumPoints + 10) {
            guard let measurement = Measurement(Array("\(number)".utf8), .text) else { continue }
            resource.add(measurement, at: Double(number))
        }
        #expect(resource.isFull && resource.points.count == RecordedResource.maximumPoints)
        #expect(resource.count == RecordedResource.maximumPoints + 10)
    }

    @Test(
        "Names for files",
        arguments: [
            ("office.yaml", "office"), ("/a/b c.yml", "b-c"), ("-", "recording"), (".yaml", "recording"),
            ("_x.yaml", "x"),
            (String(repeating: "a", count: 80) + ".yaml", String(repeating: "a", count: 64)),
        ])
    func names(file: String, name: String) { #expect(RecordedScenario.name(for: file) == name) }

    @Test(
        "A name that YAML takes for something else is read back as the name that it is",
        arguments: ["null", "1e3", "no"])
    func oddNames(name: String) throws {
        let scenario = RecordedScenario.scenario(
            of: [recorded([(0, 1), (1, 2)])], from: "coap://[::1]", name: name, duration: 2, date: .now)
        let text = ScenarioFiles(scenario, output: "-").text
        #expect(try ScenarioDocument(text.utf8, name: "odd").scenario == scenario)
    }

    @Test("Each table has a name of its own that fits into a folder, and none replaces what is there")
    func tableNames() throws {
        let folder = try TemporaryFolder()
        let long = String(repeating: "x", count: 300)
        let paths = ["s/a", "s-a", "S-a", long, long + "y"]
        let names = ScenarioFiles.tableNames(for: paths, output: folder.path("t.yaml"))
        #expect(names.prefix(3) == ["t.s-a.csv", "t.s-a-2.csv", "t.S-a-3.csv"], "\(names)")
        #expect(Set(names).count == paths.count && names.allSatisfy { $0.utf8.count <= 220 })
        #expect(ScenarioFiles.tableNames(for: paths, output: "-").isEmpty)
        try folder.write("mine".utf8, to: "t.s-a-2.csv")
        let place = try ScenarioOutput(folder.path("t.yaml"), overwrite: false)
        let error = #expect(throws: OutputError.self) { try place.check(tables: names) }
        #expect(error?.status == 73 && error?.message.contains("t.s-a-2.csv is there already") == true)
        try ScenarioOutput(folder.path("t.yaml"), overwrite: true).check(tables: names)
        #expect(try folder.read("t.s-a-2.csv") == Array("mine".utf8))
    }
}
