// SPDX-License-Identifier: Apache-2.0

import CoAP
import PolicyFile
import Testing

@Suite("Policies in YAML")
struct PolicyFileTests {
    static let example = """
        # Who runs the plant.
        groups:
          operators: [psk:admin, "cert:ops-*"]
        rules:
          - who: operators
            may: [all]
            on: ["**"]
          - who: anybody
            may: read
            on: [sensors/**, device]
          - who: ["psk:pump-*", cert:valve-1]
            may: [GET, put, iPATCH]
            on: devices/{identity}/**
          - who: psk:admin
            deny: write
            on: 'firmware'
        """

    private static func read(_ text: String) throws(CoAPError) -> PolicyDocument {
        try PolicyDocument(text.utf8, name: "p.yaml")
    }

    @Test("A file is read, and each rule knows its line")
    func example() throws {
        let document = try Self.read(Self.example)
        #expect(document.policy.rules.map(\.line) == [5, 8, 11, 14])
        #expect(
            document.policy.rules.map(\.description) == [
                "allow operators: all on **", "allow anybody: read on sensors/**, device",
                "allow psk:pump-*, cert:valve-1: GET, PUT, iPATCH on devices/{identity}/**",
                "deny psk:admin: write on firmware",
            ])
        #expect(document.warnings.isEmpty)
        func isAllowed(_ key: String, _ method: CoAP.Method, _ path: String...) -> Bool {
            document.policy.decision(for: .preSharedKey(Array(key.utf8)), method, path).isAllowed
        }
        #expect(isAllowed("admin", .delete, "sensors", "a"))
        #expect(!isAllowed("admin", .put, "firmware"))
        #expect(isAllowed("admin", .get, "firmware"))
        #expect(isAllowed("pump-1", .put, "devices", "pump-1", "state"))
        #expect(!isAllowed("pump-1", .put, "devices", "pump-2", "state"))
        #expect(!isAllowed("pump-1", .post, "devices", "pump-1", "state"))
        #expect(!isAllowed("valve-1", .get, "devices", "valve-1"))
    }

    /// A file, the line that is named, and what the message says.
    struct Broken: CustomTestStringConvertible {
        let text: String
        let line: Int
        let parts: [String]
        init(_ text: String, _ line: Int, _ parts: String...) {
            self.text = text
            self.line = line
            self.parts = parts
        }
        var testDescription: String {
            text.prefix(60).split(separator: "\n").joined(separator: "|")
        }
    }

    private static let rule = "- who: anybody\n  may: read\n  on: a\n"

    static let broken: [Broken] = [
        Broken("", 1, "empty", "rules:"),
        Broken("# nothing\n\n", 1, "empty"),
        Broken("rules", 1, "a text", "groups, rules"),
        Broken("- a\n", 1, "a list", "groups, rules"),
        Broken("groups: {}\n", 1, "rules: is missing", "rules: []"),
        Broken("rules:\n", 1, "rules: is empty", "list"),
        Broken("rules: {who: a}\n", 1, "a mapping", "list"),
        Broken("rules: []\nrule: []\n", 2, "'rule' is no key", "groups, rules"),
        Broken("rules: []\nrules: []\n", 1, "'rules' stands more than once"),
        Broken("rules:\n\(rule)- just words\n", 5, "rules[2]", "a text", "who, may, deny, on"),
        Broken("rules:\n- whom: anybody\n  may: read\n  on: a\n", 2, "'whom' is no key", "who, may, deny, on"),
        Broken("rules:\n- may: read\n  on: a\n", 2, "rules[1]: 'who' is missing", "authenticated"),
        Broken("rules:\n- who: anybody\n  may: read\n", 2, "'on' is missing", "sensors/**"),
        Broken("rules:\n- who: anybody\n  on: a\n", 2, "'may' or 'deny' is missing", "read, write, all"),
        Broken("rules:\n- who: anybody\n  may: read\n  deny: read\n  on: a\n", 2, "exclude each other", "two rules"),
        Broken(
            "rules:\n- who: anybody\n  may: [read, reed]\n  on: a\n", 3, "rules[1].may", "'reed'",
            "read, write, all, get"),
        Broken("rules:\n- who: anybody\n  may: read\n  may: write\n  on: a\n", 3, "'may' stands more than once"),
        Broken("rules:\n- who:\n  may: read\n  on: a\n", 2, "rules[1].who", "empty"),
        Broken("rules:\n- who: ~\n  may: read\n  on: a\n", 2, "rules[1].who", "empty", "quotes"),
        Broken("rules:\n- who: []\n  may: read\n  on: a\n", 2, "the list is empty"),
        Broken("rules:\n- who: [[a]]\n  may: read\n  on: a\n", 2, "a list", "write a text"),
        Broken("rules:\n- who: [psk: a]\n  may: read\n  on: a\n", 2, "a mapping", "no space"),
        Broken("rules:\n- who: psk: a\n  may: read\n  on: a\n", 2, "no YAML", "quotes"),
        Broken("rules:\n- who: \"*\"\n  may: read\n  on: a\n", 2, "anybody", "authenticated"),
        Broken("rules:\n- who: urn:a\n  may: read\n  on: a\n", 2, "kinds are psk", "psk:urn:a"),
        Broken("rules:\n- who: sha256:12\n  may: read\n  on: a\n", 2, "64 hexadecimal digits"),
        Broken("rules:\n- who: anybody\n  may: read\n  on: **\n", 4, "quotes", "\"**\""),
        Broken("rules:\n- who: anybody\n  may: read\n  on: [a, *]\n", 4, "quotes"),
        Broken("rules:\n- who: anybody\n  may: read\n  on: [a/{identity}]\n", 4, "quotes"),
        Broken("rules:\n- who: anybody\n  may: read\n  on: [a, b//c]\n", 4, "rules[1].on", "a segment is empty"),
        Broken("rules:\n- who: anybody\n  may: read\n  on:\n  - a\n  - a/../b\n", 6, "'.' and '..'"),
        Broken("rules:\n- who: anybody\n  may: read\n  on: a/%zz\n", 4, "hexadecimal"),
        Broken("rules:\n- who: anybody\n  may: read\n  on: a?b=c\n", 4, "query", "%3F"),
        Broken("rules:\n- who: anybody\n  may: read\n  on: \"{name}/x\"\n", 4, "{identity}"),
        Broken("rules:\n\t- who: anybody\n", 2, "no YAML", "spaces"),
        Broken("rules: []\n---\nrules: []\n", 2, "one document"),
        Broken(
            "groups:\n  operators: [psk:a]\nrules:\n- who: operatros\n  may: all\n  on: a\n", 4, "'operators' is meant",
            "psk:operatros"),
        Broken("rules:\n- who: anonymus\n  may: all\n  on: a\n", 2, "'anonymous' is meant"),
        Broken("groups:\n  anybody: [psk:a]\nrules: []\n", 2, "groups.anybody", "letters"),
        Broken("groups:\n  \"a b\": [psk:a]\nrules: []\n", 2, "letters"),
        Broken("groups:\n  a: [psk:a]\n  b: [a]\nrules: []\n", 3, "groups.b", "no groups in them"),
        Broken("groups:\n  a: {b: c}\nrules: []\n", 2, "a mapping"),
        Broken("groups: [a]\nrules: []\n", 1, "groups", "a list"),
        Broken("a: &x [1]\nrules: []\n", 1, "anchors"),
        Broken("rules:\n- who: !str a\n  may: read\n  on: a\n", 2, "tags"),
        Broken("rules:\n- who: |\n    a\n  may: read\n  on: a\n", 2, "blocks"),
        Broken("rules: [\"a\n", 1, "second quote is missing"),
        Broken("rules: [a\n", 2, "no YAML"),
        Broken("rules:\n- who anybody\n  may: read\n  on: a\n", 3, "goes on", "':' behind a key"),
        Broken(String(repeating: "[", count: 100_000), 1, "brackets"),
        Broken("rules:\n" + String(repeating: "- ", count: 100_000) + "a\n", 2),
        Broken(String(repeating: "#", count: (1 << 20) + 1), 1, "larger than 1 MiB"),
    ]

    @Test("A broken file is refused with its line and what to do", arguments: broken)
    func refused(_ broken: Broken) throws {
        let error = try #require(throws: CoAPError.self) { _ = try Self.read(broken.text) }
        #expect(error.code == .invalidPolicy)
        #expect(error.message.hasPrefix("p.yaml:\(broken.line): "), "\(error.message)")
        for part in broken.parts { #expect(error.message.contains(part), "\(error.message)") }
        #expect(!error.message.contains("\n"))
    }

    @Test("A file of few bytes that becomes a huge one by its aliases is refused at once")
    func aliasBomb() throws {
        var text = "a0: &a0 [x, x]\n"
        for number in 1..<40 {
            text += "a\(number): &a\(number) [*a\(number - 1), *a\(number - 1)]\n"
        }
        let error = try #require(throws: CoAPError.self) { _ = try Self.read(text + "rules: []\n") }
        #expect(
            error.message
                == "p.yaml:1: anchors and aliases of YAML ('&', '*') are not taken; write it out, or use a group")
        // Behind an apostrophe within a word and a comment, too.
        let hidden = try #require(throws: CoAPError.self) {
            _ = try Self.read("rules: []\ngroups:\n  o: [psk:o'neill] # don't\n  b: [&b psk:b]\n")
        }
        #expect(hidden.message.hasPrefix("p.yaml:4: anchors"))
    }

    @Test("Bytes that are no UTF-8 are refused")
    func noText() throws {
        let error = try #require(throws: CoAPError.self) {
            _ = try PolicyDocument([0x72, 0xFF, 0x3A], name: "p.yaml")
        }
        #expect(error.message.contains("UTF-8"))
    }

    @Test("Rules that can never decide, and groups that nobody names, are found")
    func warnings() throws {
        let document = try Self.read(
            """
            groups:
              unused: [psk:x]
              empty: []
            rules:
              - {who: authenticated, may: read, on: "**"}
              - {who: psk:pump-1, may: get, on: a/b}
              - {who: anybody, deny: write, on: firmware/**}
              - {who: psk:admin, may: put, on: firmware/image}
              - {who: empty, may: all, on: "**"}
              - {who: anonymous, may: read, on: "devices/{identity}"}
              - {who: psk:pump-1, may: [get, put], on: a/b}
            """)
        #expect(
            document.warnings.map(\.line) == [2, 6, 8, 9, 10] && document.policy.rules.count == 7,
            "\(document.warnings)")
        let texts = document.warnings.map(\.text)
        #expect(texts[0] == "no rule is about the group 'unused'")
        #expect(texts[1] == "this rule can never decide: said already by line 5")
        #expect(texts[2] == "this rule can never decide: denied already by line 7")
        #expect(texts[3].contains("about nobody") && texts[4].contains("{identity}"))
    }

    @Test("A name is compared with some groups for being misspelled, and with very many of them not")
    func manyGroups() throws {
        func text(_ count: Int) -> String {
            let groups = (0..<count).map { "  crew-of-hall-\($0): [psk:a]\n" }.joined()
            return "groups:\n\(groups)rules:\n- {who: crew-of-hull-1, may: all, on: a}\n"
        }
        let error = try #require(throws: CoAPError.self) { _ = try Self.read(text(256)) }
        #expect(error.message.contains("'crew-of-hall-"), "\(error.message)")
        #expect(try Self.read(text(257)).policy.rules.count == 1)
        // The words are few.
        #expect(throws: CoAPError.self) {
            _ = try Self.read(text(257) + "- {who: anonymus, may: all, on: a}\n")
        }
    }

    @Test("A file of 1 MiB that asks for very many comparisons is read and looked through", .timeLimit(.minutes(10)))
    func manyComparisons() async throws {
        // Many names and many groups.
        let groups = (0..<20_000).map { "  group-\($0): [psk:a]\n" }.joined()
        let names = (0..<20_000).map { "crowd-\($0)" }.joined(separator: ", ")
        let crowd = try Self.read("groups:\n\(groups)rules:\n- {who: [\(names)], may: get, on: a}\n")
        #expect(crowd.warnings.count == 20_000)
        await Task.yield()
        // Few rules of many people and paths, none of which another one covers.
        let rules = (0..<8).map { rule in
            let people = (0..<2_000).map { "psk:\(rule)-\($0)" }.joined(separator: ", ")
            let paths = (0..<2_000).map { "a/\(rule)/\($0)" }.joined(separator: ", ")
            return "- {who: [\(people)], may: get, on: [\(paths)]}\n"
        }
        #expect(try Self.read("rules:\n" + rules.joined()).warnings.isEmpty)
        await Task.yield()
        let gaps = (0..<20_000).map { "x\($0)*" }.joined(separator: ", ")
        #expect(try Self.read("rules:\n- {who: anybody, may: get, on: [\(gaps)]}\n").warnings.isEmpty)
    }
}
