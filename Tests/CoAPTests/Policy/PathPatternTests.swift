// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

@Suite("Which paths a rule is about")
struct PathPatternTests {
    private static let long = String(repeating: "x", count: 255)

    static let table: [(pattern: PathPattern, path: [String], isMeant: Bool)] = [
        ("/", [], true), ("/", [""], false), ("/", ["a"], false),
        ("a", ["a"], true), ("/a", ["a"], true), ("a", ["A"], false), ("a", ["a", ""], false), ("a", [], false),
        ("*", ["a"], true), ("*", [""], false), ("*", [], false), ("*", ["a", "b"], false), ("*", ["a/b"], true),
        ("a/*", ["a", "b"], true), ("a/*", ["a"], false), ("a/*", ["a", ""], false), ("a/*", ["a/b"], false),
        ("a/b", ["a/b"], false), ("a%2Fb", ["a/b"], true), ("a%2fb", ["a", "b"], false), ("%61", ["a"], true),
        ("**", [], true), ("**", [""], true), ("**", ["a", "b", "c"], true), ("a/**", ["a"], true),
        ("a/**", ["a", ""], true), ("a/**", ["a", "b", "c"], true), ("a/**", ["ab"], false), ("a/**", [], false),
        ("**/c", ["a", "b", "c"], true), ("**/c", ["c"], true), ("**/c", ["c", "a"], false),
        ("a/**/c", ["a", "c"], true), ("a/**/c", ["a", "b", "b", "c"], true), ("a/**/c", ["a"], false),
        ("**/b/**", ["a", "b", "c"], true), ("**/**", [], true), ("**/a/**/a", ["a"], false),
        ("**/a/**/a", ["a", "a"], true),
        ("s-*", ["s-1"], true), ("s-*", ["s-"], true), ("s-*", ["t-1"], false), ("*-s", ["1-s"], true),
        ("a*b*c", ["aXbYc"], true), ("a*b*c", ["abc"], true), ("a*b*c", ["acb"], false), ("ab*ba", ["aba"], false),
        ("*a*", ["a"], true), ("*a*", [""], false), ("%2A", ["*"], true), ("%2A", ["a"], false),
        ("d/{identity}", ["d", "me"], true), ("d/{identity}", ["d", "you"], false), ("d/{identity}", ["d", ""], false),
        ("d/{identity}/**", ["d", "me", "x"], true), ("%7Bidentity%7D", ["{identity}"], true),
        // Handlers that look a text up take both for the same.
        ("caf\u{E9}", ["cafe\u{301}"], true), ("caf\u{E9}*", ["cafe\u{301}1"], true), ("cafe*", ["cafe\u{301}"], true),
        ("*", [long], true), (PathPattern(stringLiteral: long), [long], true),
    ]

    @Test("Each pattern means those paths and no others", arguments: table.indices)
    func meant(index: Int) {
        let (pattern, path, isMeant) = Self.table[index]
        #expect(pattern.matches(path, name: "me", .allow) == isMeant, "\(pattern) \(path)")
        let policy = AccessPolicy { Allow("anybody", .all, pattern) }
        let identity = IdentityPatternTests.key("me")
        #expect(policy.decision(for: identity, .put, path).isAllowed == isMeant, "\(pattern) \(path)")
    }

    @Test(
        "What no path could match is refused with what to write",
        arguments: [
            ("", "**"), ("a//b", "slash too many"), ("a/", "/**"), ("//", "slash too many"), ("a/../b", "'..'"),
            (".", "'.'"), ("%2E%2e", "'..'"), ("a**", "within one write '*'"), ("{name}", "{identity}"),
            ("x-{identity}", "whole segment"), ("a?b", "%3F"), ("a%", "hexadecimal"), ("a%FF", "UTF-8"),
            (long + "x", "255"), (Array(repeating: "a", count: 33).joined(separator: "/"), "32"), ("a\u{7}", "control"),
        ])
    func refused(text: String, remedy: String) throws {
        let error = try #require(throws: CoAPError.self) { try PathPattern(text) }
        #expect(error.code == .invalidArgument && error.message.contains(remedy), "\(error.message)")
    }

    /// What a bare client may send: bytes of each segment.
    private static let tricks: [[String]] = [
        [], [""], ["", ""], ["secret"], ["secret", ""], ["", "secret"], ["secret/a"], ["secret", "a"], ["Secret"],
        ["secret%2Fa"], ["%73ecret"], ["secret\0"], ["public", "secret"], ["public/../secret"],
        ["public", "..", "secret"],
        [".", "secret"], ["secret", "."], ["public", "a/b"], ["public", ""], ["public", long], ["secret", long],
        ["cafe\u{301}"], ["caf\u{E9}"], ["*"], ["**"], ["{identity}"], ["public", "*"],
    ]

    @Test("Whatever a client writes into a path, policy and router take it for the same resource", arguments: tricks)
    func agreement(path: [String]) async throws {
        // The router's own patterns, each beside the policy's that says the same.
        let pairs: [(route: String, pattern: PathPattern)] = [
            ("secret", "secret"), ("secret/{name}", "secret/*"), ("public/{rest*}", "public/**"), ("{name}", "*"),
            ("public/secret", "public/secret"), ("caf%C3%A9", "%63af%C3%A9"),
        ]
        for (route, pattern) in pairs {
            let router = Router()
            router.get(route) { _, _ in "reached" }
            router.add(AccessControl(AccessPolicy { Allow("anybody", .read, pattern) }))
            var request = Request(method: .get)
            request.options.uriPath = path
            let answer = await RouterTester(router).response(to: request)
            let isDotted = path.contains(".") || path.contains("..")
            let isMeant = pattern.matches(path, name: nil, .allow)
            let open = Router()
            open.get(route) { _, _ in "reached" }
            let unguarded = await RouterTester(open).response(to: request)
            if isDotted {
                #expect(answer.code == .badRequest && unguarded.code == .badRequest, "\(route) \(path)")
            } else if unguarded.code == .content {
                #expect(isMeant && answer.code == .content, "\(route) \(path)")
            } else if route != "caf%C3%A9" {
                // Only ways of writing an accent are taken for equal that a route's own bytes are not.
                #expect(!isMeant && answer.code == .unauthorized, "\(route) \(path)")
            }
        }
    }

    @Test(
        "Bytes that are no text, and too many of them, are one segment for both",
        arguments: [[0xFF], [0xC3], [0xED, 0xA0, 0x80], Array(repeating: 0x78, count: 300)] as [[UInt8]])
    func bytes(segment: [UInt8]) async throws {
        let access = AccessControl(AccessPolicy { Allow("psk:*", .read, "d/*") })
        let router = Router()
        router.add(access)
        router.get("d/{name}") { _, context in context.parameters["name"] }
        let tester = RouterTester(router)
        var request = Request(method: .get)
        request.options.uriPath = ["d"]
        request.options.append(CoAPOption(.uriPath, segment))
        // Who is called by the very same bytes.
        let peer = Peer(identity: .preSharedKey(segment))
        let answer = await tester.response(to: request, from: peer)
        #expect(answer.text == String(decoding: segment, as: UTF8.self))
        request.options.append(CoAPOption(.uriPath, segment))
        #expect(await tester.response(to: request, from: peer).code == .forbidden)
        // What is no text, or no segment, is nobody's own name.
        access.update(AccessPolicy { Allow("psk:*", .read, "d/{identity}") })
        request.options.uriPath = ["d"]
        request.options.append(CoAPOption(.uriPath, segment))
        #expect(await tester.response(to: request, from: peer).code == .forbidden)
    }

    @Test(
        "A right to {identity} is had by the very bytes; what is denied there is denied in each way Unicode writes it")
    func equivalentName() {
        let (short, long) = ("caf\u{E9}", "cafe\u{301}")
        #expect(short == long)
        let policy = AccessPolicy {
            Allow("psk:*", .all, "**")
            Deny("psk:*", .write, "d/{identity}/limits")
        }
        let right = AccessPolicy { Allow("psk:*", .write, "d/{identity}/limits") }
        for (name, other) in [(short, long), (long, short)] {
            let identity = IdentityPatternTests.key(name)
            for (segment, isSame) in [(name, true), (other, false)] {
                let path = ["d", segment, "limits"]
                let explanation = policy.explanation(for: identity, .put, path)
                #expect(!explanation.decision.isAllowed && explanation.decision.rule == 1 && explanation.overruled == 0)
                #expect(explanation.nearMisses.isEmpty)
                #expect(right.decision(for: identity, .put, path).isAllowed == isSame)
                #expect(right.explanation(for: identity, .put, path).nearMisses.isEmpty == isSame)
            }
            #expect(policy.decision(for: identity, .put, ["d", "cafe", "limits"]).isAllowed)
        }
    }

    @Test("A path of more segments than any route has is nobody's")
    func depth() {
        let policy = AccessPolicy { Allow("anybody", .all, "**") }
        let path = Array(repeating: "a", count: 33)
        #expect(policy.decision(for: .anonymous, .get, Array(path.dropLast())).isAllowed)
        #expect(!policy.decision(for: .anonymous, .get, path).isAllowed)
    }
}
