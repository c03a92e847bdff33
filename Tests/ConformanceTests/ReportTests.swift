// SPDX-License-Identifier: Apache-2.0

import Foundation
import SenML
import Testing

@testable import Conformance

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("Reports")
struct ReportTests {
    /// What a hostile server may have left in every text.
    private static let hostile = "]]><&\"'\u{1B}[2J\u{0}\u{202E}\u{FFFE}\n</testcase>"

    private static func result(_ verdict: Verdict) -> CaseResult {
        CaseResult(
            id: "TD_COAP_CORE_01", title: "GET <CON>", rfc: "RFC 7252 §5.8.1", verdict: verdict, notes: [hostile],
            duration: .milliseconds(1250), wire: ["0.001 -> CON", hostile])
    }

    private let report = SuiteReport(
        server: "coap://[::1]:5683",
        results: [.pass, .fail(hostile), .skipped(hostile), .inconclusive(hostile)].map(result), duration: .seconds(61))

    @Test("The summary counts, and only passes and skipped ones are good")
    func summary() {
        #expect(report.summary == "4 cases: 1 passed, 1 failed, 1 skipped, 1 inconclusive")
        func isGood(_ verdicts: Verdict...) -> Bool {
            SuiteReport(server: "", results: verdicts.map(Self.result), duration: .zero).isGood
        }
        #expect(isGood(.pass, .skipped("")))
        #expect(!isGood(.skipped("")))
        #expect(!isGood(.pass, .fail("")))
        #expect(!isGood(.pass, .inconclusive("")))
    }

    @Test("Why nothing was tried, each reason once")
    func nothingTried() {
        func why(_ verdicts: Verdict...) -> String? {
            SuiteReport(server: "", results: verdicts.map(Self.result), duration: .zero).whyNothingWasTried
        }
        #expect(why(.skipped("give a"), .skipped("give b"), .skipped("give a")) == "give a; give b")
        #expect(why(.skipped("give a"), .pass) == nil)
        #expect(why(.skipped("give a"), .inconclusive("")) == nil)
    }

    @Test("Text keeps what a server sent on its line")
    func text() {
        let text = TextReport.text(report, showsWire: true)
        #expect(text.hasSuffix("\n4 cases: 1 passed, 1 failed, 1 skipped, 1 inconclusive\n"))
        #expect(!text.contains("\u{1B}") && !text.contains("\n</testcase>"))
        #expect(text.contains("TD_COAP_CORE_01   fail         1.250 s"))
    }

    @Test("JUnit is XML that a server cannot break out of")
    func junit() {
        final class Reader: NSObject, XMLParserDelegate {
            var counts: [String: Int] = [:]
            var attributes: [String: String] = [:]
            func parser(
                _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
                attributes found: [String: String] = [:]
            ) {
                counts[name, default: 0] += 1
                if name == "testsuites" { attributes = found }
            }
        }
        let reader = Reader()
        let parser = XMLParser(data: Data(JUnitReport.xml(report).utf8))
        parser.delegate = reader
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
        #expect(reader.counts["testcase"] == 4)
        #expect(reader.counts["failure"] == 1 && reader.counts["skipped"] == 1 && reader.counts["error"] == 1)
        #expect(reader.attributes["tests"] == "4" && reader.attributes["failures"] == "1")
    }

    @Test("JSON reads back")
    func json() throws {
        let value = try JSONParser.parse(Array(JSONReport.object(report).pretty.utf8))
        #expect(value["server"] == .string("coap://[::1]:5683"))
        #expect(value["counts"]?["fail"] == .number("1"))
        guard case .array(let cases) = value["cases"] else { return #expect(Bool(false)) }
        #expect(cases.count == 4)
        #expect(cases[1]["reason"] == .string(Self.hostile))
        #expect(cases[1]["milliseconds"] == .number("1250"))
    }
}
