// SPDX-License-Identifier: Apache-2.0

import CoAPCore
import Testing

@Suite("URIs (RFC 7252 §6)")
struct CoAPURITests {
    @Test("The three spellings of RFC 7252 §6.3 are one URI")
    func equivalence() throws {
        let first = try CoAPURI("coap://example.com:5683/~sensors/temp.xml")
        #expect(first == (try CoAPURI("coap://EXAMPLE.com/%7Esensors/temp.xml")))
        #expect(first == (try CoAPURI("coap://EXAMPLE.com:/%7esensors/temp.xml")))
        #expect(first.path == ["~sensors", "temp.xml"])
        #expect(first.description == "coap://example.com/~sensors/temp.xml")
    }

    @Test("Hosts, ports, paths and queries")
    func parts() throws {
        let uri = try CoAPURI("coaps://[2001:db8::1]:61616/a%2Fb//c/?x=1&y=%26&z")
        #expect(uri.scheme == .coaps)
        #expect(uri.host == "2001:db8::1")
        #expect(uri.port == 61616)
        #expect(uri.path == ["a/b", "", "c", ""])
        #expect(uri.query == ["x=1", "y=&", "z"])
        #expect(uri.hostIsAddress)
        #expect(uri.description == "coaps://[2001:db8::1]:61616/a%2Fb//c/?x=1&y=%26&z")
        #expect(try CoAPURI("coaps://h").path.isEmpty)
        #expect(try CoAPURI("coaps://h/").path.isEmpty)
        #expect(try CoAPURI("coaps://h").port == 5684)
        #expect(try CoAPURI("coap://h?a").query == ["a"])
        #expect(try CoAPURI("coap://10.0.0.1").hostIsAddress)
        #expect(try !CoAPURI("coap://10.0.0.256").hostIsAddress)
        #expect(try CoAPURI("coaps://[fe80::1%25eth0]").host == "fe80::1%eth0")
        #expect(try CoAPURI("coap://h/a/./b/../c").path == ["a", "c"])
    }

    @Test(
        "What is wrong is said",
        arguments: [
            ("", "no scheme"), ("localhost/x", "no scheme"), ("http://h/", "unknown"),
            ("coaps+tcp://h", "TCP and WebSockets"), ("coaps://", "host is missing"), ("coaps:///x", "host is missing"),
            ("coaps://me@h/", "user names"), ("coaps://[::1", "not closed"), ("coaps://[::1]x", "only ':port'"),
            ("coaps://::1/", "in brackets"), ("coaps://[h]/", "IPv6 addresses only"), ("coaps://h:65536", "65535"),
            ("coaps://h:+1", "65535"), ("coaps://h:1x", "65535"), ("coaps://h/a b", "space"), ("coaps://h/%zz", "'%'"),
            ("coaps://h/%4", "'%'"), ("coaps://h/%FF", "UTF-8"), ("coaps://h/#f", "fragment"),
            ("coaps://h/\u{7}", "control"),
        ])
    func errors(text: String, words: String) {
        let error = #expect(throws: CoAPError.self) { try CoAPURI(text) }
        #expect(error?.code == .invalidURI)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test("A segment or argument of 255 bytes fits, one of 256 does not")
    func lengths() throws {
        let fits = String(repeating: "x", count: 255)
        #expect(try CoAPURI("coap://h/\(fits)?\(fits)").path == [fits])
        #expect(throws: CoAPError.self) { try CoAPURI("coap://h/\(fits)x") }
        #expect(throws: CoAPError.self) { try CoAPURI("coap://h/?\(fits)x") }
    }

    @Test("50,000 texts, seeded: what is taken is written so that it reads back the same")
    func fuzz() throws {
        var generator = SeededGenerator(seed: 7252)
        let pieces = [
            "coap", "coaps", "://", ":", "/", "//", "?", "&", "=", "[", "]", "::1", "host", "%41", "%2f", "%", "é", "1",
            "65536", "..",
            ".", "@", "#", " ", "\u{0}", "%00", "%C3%A9", "a",
        ]
        var taken = 0
        for round in 0..<50_000 {
            var text = round.isMultiple(of: 2) ? "coaps://h" : ""
            for _ in 0..<Int.random(in: 0..<10, using: &generator) {
                text += pieces.randomElement(using: &generator) ?? ""
            }
            guard let uri = try? CoAPURI(text) else { continue }
            taken += 1
            let again = try CoAPURI(uri.description)
            #expect(again == uri, "\(text)")
        }
        #expect(taken > 1000)
    }
}
