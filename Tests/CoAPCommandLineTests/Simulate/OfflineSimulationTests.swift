// SPDX-License-Identifier: Apache-2.0

import Foundation
import SenML
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// `coap simulate --offline`, and what needs no network at all.
@Suite("coap simulate --offline", .timeLimit(.minutes(5)))
struct OfflineSimulationTests {
    @Test("The same seed makes the same bytes, with more devices the same lines, another seed others")
    func sameBytes() async throws {
        let folder = try SimulatedFleet.folder(SimulatedFleet.rooms())
        func values(_ arguments: [String]) async throws -> [UInt8] {
            let result = try await SimulatedFleet.run(
                ["rooms.yaml", "--offline", "--duration", "2min", "--csv", "values.csv"] + arguments, in: folder)
            #expect(result.status == 0 && result.output.contains("reports") == false, "\(result.transcript)")
            return try folder.read("values.csv")
        }
        let first = try await values([])
        let second = try await values([])
        #expect(first == second && first.count(where: { $0 == UInt8(ascii: "\n") }) == 5 * 121 + 1)
        let more = String(decoding: try await values(["--count", "8"]), as: UTF8.self).split(separator: "\n")
        let fewer = String(decoding: first, as: UTF8.self).split(separator: "\n")
        #expect(more.filter { line in !(6...8).contains { line.contains(",room-\($0),") } } == fewer)
        let other = try await values(["--seed", "8"])
        #expect(other != first && other.count(where: { $0 == UInt8(ascii: "\n") }) == 5 * 121 + 1)
    }

    @Test("The values go to the standard output where that is wanted, and the report beside it")
    func standardOutput() async throws {
        let folder = try SimulatedFleet.folder(SimulatedFleet.rooms(1))
        let result = try await SimulatedFleet.run(["rooms.yaml", "--offline", "--csv", "-"], in: folder)
        let lines = result.output.split(separator: "\n")
        #expect(lines.first == "time,device,resource,value,unit" && lines.count == 6, "\(result.transcript)")
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("2026-01-15T06:00:0") && $0.hasSuffix(",Cel") })
        #expect(result.status == 0 && result.errors.hasPrefix("rooms: 1 device, 4 s simulated in "))
    }

    @Test("Assertions are judged: exit code, text, JSON and JUnit say the same")
    func assertions() async throws {
        let folder = try SimulatedFleet.folder(
            SimulatedFleet.rooms(assertions: [
                "temperature of room-* between 15 and 25", "temperature of room-3 between 0 and 1", "reports lost == 0",
            ]))
        let text = try await SimulatedFleet.run(["rooms.yaml", "--offline"], in: folder)
        #expect(text.status == 1, "\(text.transcript)")
        #expect(text.output.contains("\n2 assertions, 1 failed\n"), "\(text.transcript)")
        #expect(text.output.contains("\n  ok      temperature of room-* between 15 and 25: "))
        #expect(text.output.contains("\n  FAILED  temperature of room-3 between 0 and 1: "))
        let json = try await SimulatedFleet.run(["rooms.yaml", "--offline", "--json", "--junit", "j.xml"], in: folder)
        #expect(json.status == 1 && json.errors.isEmpty, "\(json.transcript)")
        let object = try JSONParser.parse(json.outputBytes)
        #expect(object["holds"] == .bool(false) && object["offline"] == .bool(true))
        guard case .array(let verdicts)? = object["assertions"] else {
            Issue.record("no assertions in \(json.output)")
            return
        }
        #expect(verdicts.map { $0["holds"] } == [.bool(true), .bool(false)])
        let found = JUnitFindings()
        let parser = XMLParser(data: Data(try folder.read("j.xml")))
        parser.delegate = found
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
        #expect(found.cases == ["temperature of room-* between 15 and 25", "temperature of room-3 between 0 and 1"])
        #expect(found.failures == 1)
        let quiet = try await SimulatedFleet.run(["rooms.yaml", "--offline", "--quiet"], in: folder)
        #expect(quiet.status == 1 && quiet.output.isEmpty && quiet.complainsOnce, "\(quiet.transcript)")
    }

    /// What stands in a JUnit document.
    private final class JUnitFindings: NSObject, XMLParserDelegate {
        var cases: [String] = []
        var failures = 0

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            if name == "testcase" { cases.append(attributes["name"] ?? "") }
            if name == "failure" { failures += 1 }
        }
    }

    @Test(
        "What makes no sense is said before anything is done",
        arguments: [
            (["no-such"], 66, "no-such"), (["broken.yaml"], 65, "broken.yaml:"), ([], 64, "--list"),
            (["rooms.yaml", "--duration", "soon"], 64, "10min"), (["rooms.yaml", "--speed", "0"], 64, "--no-wait"),
            (["rooms.yaml", "--count", "0"], 64, "100000"),
            (["chaos", "--no-wait"], 64, "--speed"),
            (["rooms.yaml", "--offline", "--json", "--csv", "-"], 64, "standard output"),
            (["rooms.yaml", "--offline", "--json", "--junit", "-"], 64, "standard output"),
            (["rooms.yaml", "--offline", "--junit", "/no/such/folder/j.xml"], 73, "folder"),
            (["rooms.yaml", "--offline", "--duration", "20000h", "--csv", "/dev/full"], 74, "/dev/full"),
            (["rooms.yaml", "coap://[::1]", "--offline"], 64, "--offline"),
            (["rooms.yaml", "--identity", "a"], 64, "coaps://host"),
            (["rooms.yaml", "--control", "coap://0.0.0.0:0"], 64, "anybody"),
            (["rooms.yaml", "--offline", "--csv", "/no/such/folder/v.csv"], 73, "folder"),
        ] as [([String], Int32, String)])
    func refused(arguments: [String], status: Int32, word: String) async throws {
        let folder = try SimulatedFleet.folder(SimulatedFleet.rooms())
        try folder.write(Array("scenario: x\ngroups: [{devcies: a}]\n".utf8), to: "broken.yaml", permissions: 0o644)
        let result = try await SimulatedFleet.run(arguments, in: folder)
        #expect(result.status == status && result.output.isEmpty && result.complainsOnce, "\(result.transcript)")
        #expect(result.errors.contains(word), "\(result.transcript)")
    }

    @Test("What comes with the program is listed, described and checked")
    func shipped() async throws {
        let list = try await ToolProcess.run(.coap, ["simulate", "--list"])
        #expect(list.status == 0 && list.output.contains("smart-building"), "\(list.transcript)")
        let schema = try await ToolProcess.run(.coap, ["simulate", "--schema"])
        let parsed = try JSONParser.parse(schema.outputBytes)
        #expect(schema.status == 0 && parsed["$schema"] != nil)
        let folder = try SimulatedFleet.folder(SimulatedFleet.rooms(3))
        let check = try await SimulatedFleet.run(["--check", "rooms.yaml"], in: folder)
        #expect(check.status == 0, "\(check.transcript)")
        #expect(check.output.hasPrefix("rooms: some rooms\n  seed 7, 4 s of simulated time, 3 devices\n"))
    }
}
