// SPDX-License-Identifier: Apache-2.0

import CoAP
import PlainYAML
import Yams

/// Makes a policy of a file's text. Every error names the file, the line and the key, and says what may stand there.
struct PolicyReader {
    typealias Text = YAMLReader.Text

    private static let ruleKeys = ["who", "may", "deny", "on"]
    /// With more groups than these a name is not compared with theirs for being misspelled.
    private static let maximumComparedGroups = 256
    private static let example = "rules: [{who: authenticated, may: read, on: \"**\"}]"

    private let yaml: YAMLReader

    /// - Parameter name: what to call the file in errors.
    init(name: String) {
        var dialect = YAMLDialect("policy", code: .invalidPolicy)
        dialect.mappingHint = ": behind the colon of psk:NAME stands no space"
        yaml = YAMLReader(name: name, dialect: dialect)
    }

    /// A group: its members, and where it stands.
    private struct Group {
        let pattern: IdentityPattern
        let line: Int
        var isUsed = false
    }

    private func problem(_ line: Int, _ key: String?, _ what: String) -> CoAPError { yaml.problem(line, key, what) }

    func read(
        _ bytes: [UInt8]
    ) throws(CoAPError) -> (policy: AccessPolicy, unusedGroups: [(name: String, line: Int)]) {
        guard let root = try yaml.root(of: bytes) else {
            throw problem(1, nil, "the file is empty; write at least \(Self.example)")
        }
        let top = try yaml.members(of: root, nil, allowed: ["groups", "rules"])
        var groups = try self.groups(top["groups"])
        guard let rules = top["rules"] else {
            throw problem(root.line, "rules", "is missing; 'rules: []' allows nobody anything")
        }
        guard let nodes = rules.sequence else {
            throw problem(rules.line, "rules", "is \(rules.kind); write a list, each rule behind a '-'")
        }
        let words = IdentityPattern.words.map(\.description)
        let known = (groups.count <= Self.maximumComparedGroups ? words + groups.keys : words).sorted()
        var result: [AccessRule] = []
        for (index, node) in nodes.enumerated() {
            result.append(try rule(node, "rules[\(index + 1)]", &groups, known))
        }
        let unused = groups.filter { !$0.value.isUsed }.map { (name: $0.key, line: $0.value.line) }
        return (AccessPolicy(rules: result), unused.sorted { $0.line < $1.line })
    }

    private func texts(_ node: Node, _ key: String) throws(CoAPError) -> [Text] {
        try yaml.texts(node, key, emptyRemedy: "write what it is about, or take the rule out")
    }

    // MARK: Groups

    private func groups(_ node: Node?) throws(CoAPError) -> [String: Group] {
        guard let node else { return [:] }
        let members = try yaml.members(of: node, "groups", allowed: nil)
        var groups: [String: Group] = [:]
        for (name, list) in members {
            let key = "groups.\(name)"
            let isName = (1...64).contains(name.utf8.count) && name.utf8.allSatisfy(Self.isNameByte)
            guard isName, !IdentityPattern.words.contains(where: { $0.description == name }) else {
                throw problem(
                    list.line, key,
                    "a group is called by letters, digits, '-', '_' and '.', and not anybody, authenticated or anonymous"
                )
            }
            var patterns: [IdentityPattern] = []
            var known: Set<IdentityPattern> = []
            for text in try yaml.texts(list, key, emptyRemedy: nil) {
                guard members[text.value] == nil else {
                    throw problem(
                        text.line, key,
                        "'\(text.value)' is a group, and groups have no groups in them; name its members")
                }
                let pattern = try pattern(text, key)
                if known.insert(pattern).inserted { patterns.append(pattern) }
            }
            groups[name] = Group(pattern: .group(name, of: patterns), line: list.line)
        }
        return groups
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    private func pattern(_ text: Text, _ key: String) throws(CoAPError) -> IdentityPattern {
        do throws(CoAPError) { return try IdentityPattern(text.value) } catch {
            throw problem(text.line, key, error.message)
        }
    }

    // MARK: Rules

    private func rule(
        _ node: Node, _ key: String, _ groups: inout [String: Group], _ known: [String]
    ) throws(CoAPError) -> AccessRule {
        let members = try yaml.members(of: node, key, allowed: Self.ruleKeys)
        guard let who = members["who"] else {
            throw problem(
                node.line, key,
                "'who' is missing: a name such as psk:pump-1, a group, anybody, authenticated or anonymous")
        }
        guard let on = members["on"] else {
            throw problem(node.line, key, "'on' is missing: a path such as sensors/**, or a list of paths")
        }
        let effect: AccessRule.Effect
        let words: Node
        switch (members["may"], members["deny"]) {
        case (let allowed?, nil): (effect, words) = (.allow, allowed)
        case (nil, let denied?): (effect, words) = (.deny, denied)
        case (nil, nil): throw problem(node.line, key, "'may' or 'deny' is missing: \(Self.methodWords)")
        default: throw problem(node.line, key, "'may' and 'deny' exclude each other; write two rules")
        }
        var methods: MethodSet = []
        let methodKey = "\(key).\(effect == .allow ? "may" : "deny")"
        for text in try texts(words, methodKey) {
            guard let known = MethodSet(word: text.value) else {
                throw problem(
                    text.line, methodKey,
                    "'\(PrintableText.escaped(text.value.utf8))' is no method; write \(Self.methodWords)")
            }
            methods.formUnion(known)
        }
        var people: [IdentityPattern] = []
        for text in try texts(who, "\(key).who") { people.append(try person(text, "\(key).who", &groups, known)) }
        var paths: [PathPattern] = []
        for text in try texts(on, "\(key).on") {
            do throws(CoAPError) { paths.append(try PathPattern(text.value)) } catch {
                throw problem(text.line, "\(key).on", error.message)
            }
        }
        return AccessRule(effect, people, methods, paths, line: node.line)
    }

    private static let methodWords = MethodSet.words.map(\.word).joined(separator: ", ")

    /// Whom a text means: a group, or a pattern that is none of the known words misspelled.
    private func person(
        _ text: Text, _ key: String, _ groups: inout [String: Group], _ known: [String]
    ) throws(CoAPError) -> IdentityPattern {
        if let group = groups[text.value] {
            groups[text.value]?.isUsed = true
            return group.pattern
        }
        let pattern = try pattern(text, key)
        // A group's name that is misspelled would be somebody's name, and a rule that denies would deny it to nobody.
        if !text.value.contains(":"), !text.value.contains("*"), !IdentityPattern.words.contains(pattern),
            let meant = known.first(where: { Spelling.isNear(text.value, $0) })
        {
            throw problem(
                text.line, key,
                "'\(PrintableText.escaped(text.value.utf8))' is no group; '\(meant)' is meant perhaps. Of a key or "
                    + "certificate of that name write psk:\(text.value) or cert:\(text.value)")
        }
        return pattern
    }
}
