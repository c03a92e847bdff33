// SPDX-License-Identifier: Apache-2.0

import CoAP
import PlainYAML
import TestSupport
import Testing
import Yams

@testable import PolicyFile

@Suite("What is refused of YAML before it is parsed")
struct YAMLScanTests {
    private static let rule = "  - {who: anybody, may: all, on: \"**\"}"

    @Test(
        "A rule cannot hide in a comment behind what ends a line for the parser alone",
        arguments: ["\r", "\u{85}", "\u{2028}", "\u{2029}"])
    func hidden(end: String) throws {
        let hidden = try #require(throws: CoAPError.self) {
            _ = try PolicyDocument("rules:\n# nothing\(end)\(Self.rule)\n".utf8, name: "p.yaml")
        }
        #expect(hidden.message.hasPrefix("p.yaml:2: the character U+"), "\(hidden.message)")
        #expect(hidden.message.contains("line feed"))
    }

    @Test("Lines may end as on Windows; a byte order mark is refused with what to do")
    func windows() throws {
        let text = "# All.\r\nrules:\r\n\r\n- who: 'anybody'\r\n  may: read # a\r\n  on: a/b\r\n"
        let document = try PolicyDocument(text.utf8, name: "p.yaml")
        #expect(document.policy.rules.map(\.description) == ["allow anybody: read on a/b"])
        let marked = try #require(throws: CoAPError.self) {
            _ = try PolicyDocument("\u{FEFF}rules: []\n".utf8, name: "p.yaml")
        }
        #expect(marked.message.contains("byte order mark"))
    }

    @Test(
        "Anchors are found wherever the parser sees one",
        arguments: [
            "rules: [{\"who\":&a anybody,\"may\":read,\"on\":\"**\"},{\"who\":*a,\"may\":all,\"on\":x}]",
            "a: ['it''s':&x b]", "a: [[b]:&x c]", "a: [?&x b]", "a: [:&x b]", "a: ['b' :&x c]", "? &x a",
            "a: \"b\"#'\nb: &x c", "a: b\n 'c\nd: &x e\nf: 'g", "a: [b\n 'c: &x d']", "a: b\n [c\nd: 'e' #'\n- &x f",
            "a: 'b\n c' : &x d", "--- &x a", "a: b\n---\n&x c", "- - &x a", "a: b\n\n  - c, 'd: &x e'",
        ])
    func anchors(text: String) throws {
        #expect(throws: CoAPError.self) { _ = try PolicyDocument(text.utf8, name: "p.yaml") }
        #expect(YAMLScan.refusal(of: Array(text.utf8)) != nil)
    }

    @Test(
        "What is plain is taken",
        arguments: [
            "a: psk:o'neill # don't [\nb: 'it''s' # & *", "a: [b:c, d&e, f*g, \"&h\", \"*\", 'a\\']",
            "a:\n  b\nc:\n- d\n- e\n",
            "a: \"\\\"&x\\\\\"\n", "- a: b\n  c: d\n\n# e\n  # f\n- g: [h,\n  i, # j\n  k\n ]\n",
            "--- # a\nb: c\n...\n",
            "'a': b\n\"c\": d\n", "-\n  a\n-\n  - b\n  - c: {d: e, 'f':g}\n", "a: -b\nc: ?d\ne: :f\n",
        ])
    func plain(text: String) throws {
        #expect(YAMLScan.refusal(of: Array(text.utf8)).map { "\($0)" } == nil)
        #expect(try Self.findings(in: text) == [])
    }

    @Test(
        "What goes on in the next line is refused there", arguments: ["a: b\n  c\n", "a: 'b\n  c'\n", "a: [b\n  c]\n"])
    func goesOn(text: String) {
        #expect(YAMLScan.refusal(of: Array(text.utf8)) != nil)
    }

    /// Anchors, aliases, tags and blocks of text that the parser finds.
    private static func findings(in text: String) throws -> [String] {
        // Anchors are there as long as the parser is.
        let parser = try Parser(yaml: text, resolver: .basic, constructor: .default, encoding: .utf8)
        return try withExtendedLifetime(parser) {
            guard let root = try parser.singleRoot() else { return [] }
            var findings: [String] = []
            var nodes = [root]
            while let node = nodes.popLast(), findings.isEmpty {
                if let anchor = node.anchor { findings.append("anchor \(anchor.rawValue)") }
                switch node {
                case .scalar(let scalar):
                    if scalar.style == .literal || scalar.style == .folded { findings.append("block \(scalar.string)") }
                case .mapping(let mapping): nodes += mapping.flatMap { [$0.key, $0.value] }
                case .sequence(let sequence): nodes += sequence
                case .alias: findings.append("alias")
                }
            }
            return findings
        }
    }

    @Test("Of what is not refused the parser makes nothing but plain texts", arguments: 1...20 as ClosedRange<UInt64>)
    func differential(seed: UInt64) async throws {
        #expect(try Self.findings(in: "[&x a]") == ["anchor x"])
        let parts = [
            "a", "b", "a: ", "- ", ":", "-", "?", "? ", "&x ", "&x ", "*x", "'", "'", "\"", "\"", "[", "]", "{", "}",
            ",", "#", " #", "\n", "\n", "\n ", "\n  ", " ", "\\", "|\n", "\r\n", "''", "---\n", "\t", ": ", "b: ",
            "\n- ",
        ]
        var numbers = SeededGenerator(seed: seed)
        var (taken, refused) = (0, 0)
        for number in 0..<3_000 {
            await breathe(number)
            let count = Int.random(in: 1...14, using: &numbers)
            let text = (0..<count).map { _ in parts[Int.random(in: 0..<parts.count, using: &numbers)] }.joined()
            guard YAMLScan.refusal(of: Array(text.utf8)) == nil else {
                refused += 1
                continue
            }
            do {
                let findings = try Self.findings(in: text)
                taken += 1
                #expect(findings == [], "\(text.debugDescription)")
            } catch YamlError.composer(_, let problem, _, _) {
                #expect(!problem.contains("alias"), "\(text.debugDescription)")
            } catch {
                // No YAML.
            }
        }
        #expect(taken > 100 && refused > 100, "\(taken) \(refused)")
    }
}
