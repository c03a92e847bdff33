// SPDX-License-Identifier: Apache-2.0

import CoAPCore
import TestSupport
import Testing

@Suite("URIs (RFC 7252 §6)")
struct CoAPURITests {
    @Test(
        "A password that somebody writes into it is not shown",
        arguments: ["coaps://me:secret@h/x", "coap://secret@h:0x/"])
    func password(text: String) {
        let error = #expect(throws: CoAPError.self) { try CoAPURI(text) }
        #expect(error?.message.contains("secret") == false && error?.message.contains("://…@h") == true)
    }

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
        #expect(try !CoAPURI("coap://device.1").hostIsAddress)
        #expect(try CoAPURI("coap://h/a/./b/../c").path == ["a", "c"])
    }

    @Test(
        "What is wrong is said",
        arguments: [
            ("", "no scheme"), ("localhost/x", "no scheme"), ("http://h/", "unknown"),
            ("coaps+tcp://h", "TCP and WebSockets"), ("coaps://", "host is missing"), ("coaps:///x", "host is missing"),
            ("coaps://me@h/", "user names"), ("coaps:localhost", "two slashes are missing; write coaps://"),
            ("coaps://[::1", "not closed"), ("coaps://[::1]x", "only ':port'"),
            ("coaps://::1/", "in brackets"), ("coaps://[h]/", "IPv6 addresses only"), ("coaps://h:65536", "65535"),
            ("coaps://h:+1", "65535"), ("coaps://h:1x", "65535"), ("coaps://h/a b", "space"), ("coaps://h/%zz", "'%'"),
            ("coaps://h/%4", "'%'"), ("coaps://h/%FF", "UTF-8"), ("coaps://h/#f", "fragment"),
            ("coaps://h/\u{7}", "control"), ("coaps://h\u{301}/", "beyond ASCII"), ("coaps://é/", "beyond ASCII"),
            ("coaps://h\"/", "does not belong"), ("coaps://h[/", "does not belong"), ("coaps://%zz/", "malformed"),
            ("coaps://%FF/", "UTF-8"), ("coaps://%3A%3A1/", "delimiter"), ("coaps://a%3Ab/", "delimiter"),
            ("coaps://a%25b/", "delimiter"), ("coaps://a%00/", "control"),
            ("coaps://%31.2.3.4/", "without leading zeros"),
            ("coaps://010.0.0.1", "without leading zeros"), ("coaps://10.0.0.256", "0 to 255"),
            ("coaps://1.2.3", "0 to 255"), ("coaps://0x7f.1", "0 to 255"), ("coaps://2130706433", "0 to 255"),
            ("coaps://10.0.0.1.", "0 to 255"), ("coaps://[v1.a:b]", "IPvFuture"), ("coaps://[V1.a:b]", "IPvFuture"),
            ("coaps://[::1%]", "write %25eth0"), ("coaps://[::1%25]", "write %25eth0"),
            ("coaps://[::1%a%62]", "write %25eth0"), ("coaps://[::1%25%0A]", "write %25eth0"),
        ])
    func errors(text: String, words: String) {
        let error = #expect(throws: CoAPError.self) { try CoAPURI(text) }
        #expect(error?.code == .invalidURI)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test("A delimiter counts whatever combining mark follows it")
    func combiningMarks() throws {
        let uri = try CoAPURI("coap://h/\u{301}abc/\u{301}d?\u{301}e&\u{301}f")
        #expect(uri.host == "h")
        #expect(uri.path == ["\u{301}abc", "\u{301}d"])
        #expect(uri.query == ["\u{301}e", "\u{301}f"])
        #expect(try CoAPURI("coap://h?\u{301}").query == ["\u{301}"])
        // Unicode calls these two the same; a server does not.
        #expect(try CoAPURI("coap://h/e\u{301}") != CoAPURI("coap://h/\u{E9}"))
        #expect(try CoAPURI("coap://h/?e\u{301}") != CoAPURI("coap://h/?\u{E9}"))
    }

    @Test("Host names become small before they are decoded, and ASCII only (§6.4, step 5)")
    func hostNames() throws {
        #expect(try CoAPURI("coap://EXAMPLE.%41").host == "example.A")
        #expect(try CoAPURI("coap://%C3%89").host == "\u{C9}")
        #expect(try CoAPURI("coap://%C3%89").description == "coap://%C3%89")
        #expect(CoAPURI(scheme: .coap, host: "A-b").authority == "coap://%41-b")
        let long = String(repeating: "%61", count: 255)
        #expect(try CoAPURI("coap://\(long)").host.utf8.count == 255)
        #expect(throws: CoAPError.self) { try CoAPURI("coap://\(long)a") }
    }

    @Test(
        "IPv6 addresses",
        arguments: [
            "::", "::1", "1::", "1:2:3:4:5:6:7:8", "1::8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "fe80::abcd",
            "::ffff:192.0.2.1", "1:2:3:4:5:6:192.0.2.1", "64:ff9b::1.2.3.4",
        ])
    func addresses(text: String) throws {
        let uri = try CoAPURI("coap://[\(text.uppercased())]")
        #expect(uri.host == text && uri.hostIsAddress)
        #expect(try CoAPURI(uri.description) == uri)
    }

    @Test(
        "What is no IPv6 address",
        arguments: [
            ":", ":::", "1:2", ":1", "1:", ":1::", "::1:", "1::2::3", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7", "12345::",
            "::g", "1:2:3:4::5:6:7:8", "::1.2.3", "::1.2.3.256", "::01.2.3.4", "1.2.3.4::", "::1.2.3.4:5",
            "1:2:3:4:5:6:7:1.2.3.4", "::+1", "a:b",
        ])
    func noAddresses(text: String) {
        let error = #expect(throws: CoAPError.self) { try CoAPURI("coap://[\(text)]") }
        #expect(error?.message.contains("is not an IPv6 address") == true, "\(error?.message ?? "")")
    }

    @Test("A zone keeps its case and is written as RFC 6874 asks")
    func zones() throws {
        for text in ["coap://[FE80::1%25Eth0]:5690/x", "coap://[fe80::1%Eth0]:5690/x"] {
            let uri = try CoAPURI(text)
            #expect(uri.host == "fe80::1%Eth0" && uri.hostIsAddress)
            #expect(uri.authority == "coap://[fe80::1%25Eth0]:5690")
            #expect(try CoAPURI(uri.description) == uri)
        }
        let odd = try CoAPURI("coap://[fe80::1%25a%25b%5D]")
        #expect(odd.host == "fe80::1%a%b]")
        #expect(try CoAPURI(odd.description) == odd)
        #expect(try CoAPURI("coap://[fe80::1%2]").host == "fe80::1%2")
        #expect(try CoAPURI("coap://[fe80::1%252]").host == "fe80::1%2")
    }

    @Test(
        "A dot at the end leaves an empty segment (RFC 3986 §5.2.4)",
        arguments: [
            ("/a/b/.", ["a", "b", ""]), ("/a/b/..", ["a", ""]), ("/a/./b/../c", ["a", "c"]), ("/.", []), ("/..", []),
            (".", []), ("a/..", []), ("/a//..", ["a", ""]), ("/../a", ["a"]), ("/a/%2e", ["a", ""]),
            ("/a/b./.c", ["a", "b.", ".c"]),
        ] as [(String, [String])])
    func dots(text: String, path: [String]) throws {
        #expect(try CoAPURI.Reference(text).path == path)
    }

    @Test("An empty argument and no query are two things")
    func emptyArguments() throws {
        for query in [[], [""], ["", ""], ["a", ""]] {
            let uri = CoAPURI(scheme: .coap, host: "h", path: ["x"], query: query)
            #expect(try CoAPURI(uri.description).query == query)
        }
    }

    @Test("A segment or argument of 255 bytes fits, one of 256 does not")
    func lengths() throws {
        let fits = String(repeating: "x", count: 255)
        #expect(try CoAPURI("coap://h/\(fits)?\(fits)").path == [fits])
        #expect(throws: CoAPError.self) { try CoAPURI("coap://h/\(fits)x") }
        #expect(throws: CoAPError.self) { try CoAPURI("coap://h/?\(fits)x") }
    }

    @Test("50,000 texts, seeded: what is taken is written so that it reads back the same")
    func fuzz() async throws {
        var generator = SeededGenerator(seed: 7252)
        let pieces = [
            "coap", "coaps", "://", ":", "/", "//", "?", "&", "=", "[", "]", "::1", "host", "%41", "%2f", "%", "é", "1",
            "65536", "..",
            ".", "@", "#", " ", "\u{0}", "%00", "%C3%A9", "a", "\u{301}", "\u{200D}", "\u{1F3FB}", "A", "%25eth0",
            "%cc%81",
            "fe80::1", "0", "10.0.0.1", "%3A", "e\u{301}",
        ]
        var taken = 0
        for round in 0..<50_000 {
            await breathe(round)
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
