// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import CoAP

@Suite("What a policy says")
struct AccessPolicyTests {
    private static let me = IdentityPatternTests.key("me")

    @Test("Without a rule nobody may do anything but read the list of resources")
    func empty() {
        let policy = AccessPolicy {}
        for method in CoAP.Method.allCases {
            for identity in [.anonymous, Self.me, IdentityPatternTests.certificate("me")] as [PeerIdentity] {
                let decision = policy.decision(for: identity, method, ["a"])
                #expect(!decision.isAllowed && decision.rule == nil)
                #expect(decision.refusal == (identity == .anonymous ? .unauthorized : .forbidden))
                let list = policy.decision(for: identity, method, [".well-known", "core"])
                #expect(list.isAllowed == (method == .get))
            }
        }
    }

    @Test("A rule that denies goes before all that allow, wherever it stands", arguments: [false, true])
    func denies(isFirst: Bool) {
        let policy = AccessPolicy {
            if isFirst { Deny("psk:me", .write, "firmware") }
            Allow("authenticated", .all, "**")
            if !isFirst { Deny("psk:me", .write, "firmware") }
        }
        let denied = policy.decision(for: Self.me, .put, ["firmware"])
        #expect(!denied.isAllowed && denied.refusal == .forbidden && denied.rule == (isFirst ? 0 : 1))
        #expect(policy.decision(for: Self.me, .get, ["firmware"]).isAllowed)
        #expect(policy.decision(for: Self.me, .put, ["firmware", "a"]).isAllowed)
        #expect(policy.decision(for: IdentityPatternTests.key("you"), .put, ["firmware"]).isAllowed)
        #expect(policy.decision(for: .anonymous, .get, ["firmware"]).refusal == .unauthorized)
    }

    @Test("Words stand for their methods")
    func methods() {
        #expect(MethodSet.read == [.get, .fetch])
        #expect(MethodSet.write == [.put, .post, .delete, .patch, .iPatch])
        #expect(CoAP.Method.allCases.allSatisfy { MethodSet.all.contains($0) })
        #expect(MethodSet(word: "IPatch") == .iPatch && MethodSet(word: "reads") == nil)
        for method in CoAP.Method.allCases {
            let policy = AccessPolicy { Allow("anybody", MethodSet(method), "a") }
            let allowed = CoAP.Method.allCases.filter { policy.decision(for: .anonymous, $0, ["a"]).isAllowed }
            #expect(allowed == [method])
            #expect(MethodSet(method).description == method.description)
        }
    }

    @Test("A device writes below its own name only, whichever of its credentials it has shown")
    func ownName() {
        let policy = AccessPolicy { Allow("device-*", .write, "devices/{identity}/**") }
        for identity in [IdentityPatternTests.key("device-1"), IdentityPatternTests.certificate("device-1")] {
            #expect(policy.decision(for: identity, .put, ["devices", "device-1", "led"]).isAllowed)
            #expect(!policy.decision(for: identity, .put, ["devices", "device-2", "led"]).isAllowed)
            #expect(!policy.decision(for: identity, .put, ["devices", "*", "led"]).isAllowed)
            #expect(!policy.decision(for: identity, .put, ["devices", "{identity}", "led"]).isAllowed)
            #expect(!policy.decision(for: identity, .put, ["devices"]).isAllowed)
        }
        // A name with a wildcard in it is a name.
        let star = AccessPolicy { Allow("authenticated", .all, "d/{identity}") }
        #expect(!star.decision(for: IdentityPatternTests.key("*"), .put, ["d", "a"]).isAllowed)
        #expect(star.decision(for: IdentityPatternTests.key("*"), .put, ["d", "*"]).isAllowed)
        #expect(!star.decision(for: IdentityPatternTests.key("a/b"), .put, ["d", "a", "b"]).isAllowed)
    }

    @Test("The explanation names the rule that decides and those that came near")
    func explanation() {
        let policy = AccessPolicy {
            Allow("psk:me", .read, "a")
            Allow("psk:you", .all, "**")
            Allow("authenticated", .all, "b")
            Allow("anybody", .read, "c")
        }
        let explanation = policy.explanation(for: Self.me, .put, ["a"])
        #expect(!explanation.decision.isAllowed && explanation.decision.rule == nil)
        #expect(explanation.nearMisses.map(\.rule) == [0, 2, 3])
        #expect(explanation.nearMisses.map(\.isMethod) == [false, true, false])
        #expect(explanation.nearMisses.map(\.isPath) == [true, false, false])
        let allowed = policy.explanation(for: Self.me, .put, ["b"])
        #expect(allowed.decision.isAllowed && allowed.decision.rule == 2 && allowed.overruled == nil)
        let overruling = AccessPolicy {
            Allow("psk:*", .all, "**")
            Allow("psk:me", .all, "a")
            Deny("psk:me", .all, "*")
        }
        let denied = overruling.explanation(for: Self.me, .put, ["a"])
        #expect(denied.decision.rule == 2 && denied.overruled == 0 && denied.nearMisses.isEmpty)
    }

    @Test("Many identities do not make it grow without end, and are judged right all the same")
    func manyIdentities() {
        let policy = AccessPolicy { Allow("psk:*7", .read, "{identity}") }
        for number in 0..<(3 * PolicyIndex.maximumViews) {
            let decision = policy.decision(for: IdentityPatternTests.key("\(number)"), .get, ["\(number)"])
            #expect(decision.isAllowed == (number % 10 == 7))
        }
        #expect(policy.rememberedIdentities <= PolicyIndex.maximumViews)
    }

    /// The plain way, from the patterns' texts: every rule, every pattern, every segment.
    private enum Naive {
        static func glob(_ pattern: Substring, _ text: Substring) -> Bool {
            guard let first = pattern.first else { return text.isEmpty }
            if first == "*" {
                return glob(pattern.dropFirst(), text) || !text.isEmpty && glob(pattern, text.dropFirst())
            }
            return text.first == first && glob(pattern.dropFirst(), text.dropFirst())
        }

        static func path(_ pattern: ArraySlice<Substring>, _ path: ArraySlice<String>, _ name: String?) -> Bool {
            guard let first = pattern.first else { return path.isEmpty }
            if first == "**" {
                return self.path(pattern.dropFirst(), path, name)
                    || !path.isEmpty && self.path(pattern, path.dropFirst(), name)
            }
            guard let segment = path.first else { return false }
            let matches =
                first == "{identity}"
                ? segment == name : (first == "*" ? !segment.isEmpty : glob(first, segment[...]))
            return matches && self.path(pattern.dropFirst(), path.dropFirst(), name)
        }

        static func who(_ pattern: String, _ identity: PeerIdentity) -> Bool {
            let (kind, name): (String, String?) =
                switch identity {
                case .anonymous: ("none", nil)
                case .preSharedKey(let bytes): ("psk", String(decoding: bytes, as: UTF8.self))
                case .certificate(let certificate): ("cert", certificate.commonName)
                }
            switch pattern {
            case "anybody": return true
            case "anonymous": return kind == "none"
            case "authenticated": return kind != "none"
            default: break
            }
            guard let name else { return false }
            guard let colon = pattern.firstIndex(of: ":") else { return glob(pattern[...], name[...]) }
            return pattern[..<colon] == kind && glob(pattern[pattern.index(after: colon)...], name[...])
        }
    }

    @Test("What the tree finds is what the plain way finds", arguments: 1...12 as ClosedRange<UInt64>)
    func differential(seed: UInt64) async throws {
        var numbers = SeededGenerator(seed: seed)
        func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &numbers)] }
        let names = ["a", "b", "ab", "aab", "ba"]
        let people = [
            "anybody", "anonymous", "authenticated", "psk:a*", "cert:*b", "a", "psk:ab", "*a*", "cert:a", "psk:*",
        ]
        let segments = ["a", "b", "ab", "*", "**", "a*", "*b", "*a*b*", "{identity}", "**"]
        var rules: [AccessRule] = []
        var texts: [(who: [String], paths: [String])] = []
        for _ in 0..<Int.random(in: 0...30, using: &numbers) {
            let who = (0..<Int.random(in: 1...2, using: &numbers)).map { _ in pick(people) }
            let paths = (0..<Int.random(in: 1...3, using: &numbers)).map { _ in
                "/" + (0..<Int.random(in: 0...4, using: &numbers)).map { _ in pick(segments) }.joined(separator: "/")
            }
            texts.append((who, paths))
            var patterns = try who.map { try IdentityPattern($0) }
            // As a group, or one by one: the same people.
            if Bool.random(using: &numbers) { patterns = [.group("some", of: patterns)] }
            rules.append(
                AccessRule(
                    pick([.allow, .allow, .deny]), patterns,
                    MethodSet(rawValue: UInt8.random(in: 0...255, using: &numbers)),
                    try paths.map { try PathPattern($0) }))
        }
        let policy = AccessPolicy(rules: rules)
        for number in 0..<300 {
            await breathe(number)
            let name = pick(names)
            let identity = pick([.anonymous, IdentityPatternTests.key(name), IdentityPatternTests.certificate(name)])
            let path = (0..<Int.random(in: 0...5, using: &numbers)).map { _ in pick(names + [""]) }
            let method = pick(CoAP.Method.allCases)
            let matching = rules.indices.filter { index in
                rules[index].methods.contains(method)
                    && texts[index].who.contains { Naive.who($0, identity) }
                    && texts[index].paths.contains {
                        Naive.path($0.split(separator: "/")[...], path[...], identity == .anonymous ? nil : name)
                    }
            }
            let rule = matching.first { rules[$0].effect == .deny } ?? matching.first
            let decision = policy.decision(for: identity, method, path)
            #expect(decision.rule == rule, "\(rules.map(\.description)) \(identity) \(method) \(path)")
            #expect(decision.isAllowed == (rule.map { rules[$0].effect == .allow } ?? false))
            let explanation = policy.explanation(for: identity, method, path)
            #expect(explanation.decision == decision)
            #expect(Set(explanation.nearMisses.map(\.rule)).isDisjoint(with: matching))
        }
    }

    @Test(
        "A rule that is said to be idle changes nothing when it is taken out", arguments: 1...12 as ClosedRange<UInt64>)
    func idleRules(seed: UInt64) throws {
        var numbers = SeededGenerator(seed: seed)
        func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &numbers)] }
        let names = ["a", "b", "ab", "ba"]
        let people = ["anybody", "anonymous", "authenticated", "psk:a*", "cert:*b", "a", "psk:ab", "psk:*"]
        let segments = ["a", "b", "*", "**", "a*", "*b", "{identity}", "**"]
        let rules = try (0..<8).map { _ in
            AccessRule(
                pick([.allow, .allow, .deny]), [try IdentityPattern(pick(people))],
                pick([.read, .write, .all, .get]),
                [
                    try PathPattern(
                        (0..<Int.random(in: 1...3, using: &numbers)).map { _ in pick(segments) }.joined(separator: "/"))
                ])
        }
        let policy = AccessPolicy(rules: rules)
        let idle = Set(policy.idleRules.map(\.rule))
        let rest = AccessPolicy(rules: rules.indices.filter { !idle.contains($0) }.map { rules[$0] })
        for _ in 0..<500 {
            let identity = pick([
                .anonymous, IdentityPatternTests.key(pick(names)), IdentityPatternTests.certificate(pick(names)),
            ])
            let path = (0..<Int.random(in: 0...4, using: &numbers)).map { _ in pick(names + [""]) }
            let method = pick([.get, .fetch, .put] as [CoAP.Method])
            #expect(
                policy.decision(for: identity, method, path).isAllowed
                    == rest.decision(for: identity, method, path).isAllowed,
                "\(rules.map(\.description)) \(identity) \(path)")
        }
    }

    @Test("Of two rules that say the same the later is idle, and none of two that do not")
    func duplicates() {
        let policy = AccessPolicy {
            Allow("psk:a", .read, "x", "y")
            Allow("psk:a", .read, "y", "x")
            Allow("psk:a", .get, "x")
            Allow("psk:b", .get, "x")
        }
        #expect(policy.idleRules.map(\.rule) == [1, 2])
    }

    @Test("Few rules of very many people and paths are not compared either, and those idle by themselves are found")
    func manyPairs() throws {
        let people = try (0..<1_000).map { try IdentityPattern("psk:\($0)") }
        let paths = try (0..<1_000).map { try PathPattern("a/\($0)") }
        let rule = AccessRule(.allow, [.group("all", of: people)], .read, paths)
        let empty = AccessRule(.deny, [.group("none", of: [])], .all, paths)
        #expect(AccessPolicy(rules: [rule, rule, empty]).idleRules.map(\.rule) == [2])
    }

    @Test("Of very many rules those are still found that are idle by themselves, and each is judged")
    func manyRules() {
        let count = 3 * AccessPolicy.maximumComparedPairs
        let policy = AccessPolicy {
            for number in 0..<count { Allow("authenticated", .read, PathPattern(stringLiteral: "a/*/x\(number)")) }
            Allow(.group("nobody"), .all, "**")
            Allow("authenticated", .read, "a/*/x1")
        }
        #expect(policy.idleRules.map(\.rule) == [count])
        #expect(policy.decision(for: Self.me, .get, ["a", "b", "x\(count - 1)"]).rule == count - 1)
        #expect(!policy.decision(for: Self.me, .get, ["a", "b", "x\(count)"]).isAllowed)
    }
}
