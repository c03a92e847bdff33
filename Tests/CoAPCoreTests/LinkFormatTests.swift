// SPDX-License-Identifier: Apache-2.0

import CoAPCore
import TestSupport
import Testing

@Suite("Link-format (RFC 6690)")
struct LinkFormatTests {
    private static let document =
        #"</sensors>;ct=40;title="Sensor Index","#
        + #"</sensors/temp>;rt="temperature-c";if="sensor",</sensors/light>;rt="light-lux core.sen-light";if="sensor";obs,"#
        + #"<http://www.example.com/sensors/t123>;anchor="/sensors/temp";rel="describedby","#
        + #"</t>;anchor="/sensors/temp";rel="alternate";sz=1280;title="a, \"b\" \\ c""#

    private static func parse(_ text: String) throws -> LinkFormat { try LinkFormat(parsing: Array(text.utf8)) }

    @Test("What is read is written the same")
    func roundTrip() throws {
        let links = try Self.parse(Self.document)
        #expect(links.links.count == 5)
        #expect(links.description == Self.document)
        #expect(links.links[4]["title"] == #"a, "b" \ c"#)
        #expect(links.links[2]["obs"] == "")
        #expect(links.links[0]["obs"] == nil)
        #expect(try Self.parse("").links.isEmpty)
        #expect(try Self.parse(" <a> ; rt = \"x\" ".replacingSpacesAroundEquals).links[0]["rt"] == "x")
        #expect(try Self.parse("</a>;rt=x,</b>").links.map(\.target) == ["/a", "/b"])
    }

    @Test("A link has so many attributes and no more, and reading them takes no time", .timeLimit(.minutes(10)))
    func manyAttributes() throws {
        let names = (0..<64).map { ";x\($0)" }.joined()
        #expect(try Self.parse("</a>\(names)").links[0].attributes.count == 64)
        #expect(throws: ResponseError.self) { try Self.parse("</a>\(names);y") }
        // What is passed over costs nothing either.
        let hostile = "</a>" + String(repeating: ";rt", count: 300_000)
        #expect(try Self.parse(hostile).links[0].attributes.count == 1)
    }

    @Test(
        "Filters (§4.1)",
        arguments: [
            ("rt=temperature-c", 1), ("rt=light-lux", 1), ("rt=core.sen-light", 1), ("rt=light-lux core.sen-light", 1),
            ("rt=light*", 1), ("rt=core*", 1), ("rt=*", 2), ("rt=ligh", 0), ("if=sensor", 2), ("ct=40", 1), ("ct=4", 0),
            ("href=/sensors", 1), ("href=/sensors*", 3), ("href=/none", 0), ("sz=1280", 1), ("title=Sensor Index", 1),
            ("title=Sensor*", 1), ("obs=", 1), ("nothing=*", 0),
        ])
    func filters(query: String, count: Int) throws {
        let filter = try #require(LinkFilter(query))
        #expect(try Self.parse(Self.document).filtered(by: [filter]).links.count == count)
    }

    @Test("Filters compare bytes")
    func combiningMarks() throws {
        let filter = try #require(LinkFilter("rt=\u{301}x*"))
        #expect(filter.name == "rt" && filter.value == "\u{301}x" && filter.isPrefix)
        #expect(LinkFilter("title=x*\u{301}")?.isPrefix == false)
        let links = try Self.parse("</e\u{301}>;rt=\"a \u{301}b e\u{301}\"")
        func count(_ query: String) throws -> Int {
            links.filtered(by: [try #require(LinkFilter(query))]).links.count
        }
        #expect(try count("rt=\u{301}b") == 1)
        #expect(try count("rt=e\u{301}") == 1)
        // The beginning of a character is the beginning of a text, and another spelling is another text.
        #expect(try count("rt=e*") == 1)
        #expect(try count("rt=\u{E9}") == 0)
        #expect(try count("href=/e*") == 1)
    }

    @Test("A target is found by its escapes and by what they mean")
    func escapedTarget() throws {
        let links = try Self.parse("</caf%C3%A9>,</caf%>")
        for query in ["href=/caf%C3%A9", "href=/caf\u{E9}", "href=/caf\u{E9}*"] {
            let filter = try #require(LinkFilter(query))
            #expect(links.filtered(by: [filter]).links.map(\.target) == ["/caf%C3%A9"])
        }
    }

    @Test(
        "Nothing in a path ends its link or begins another",
        arguments: ["a>b", "a\"b", "a;b", "a,b", "a b", "a?b", "a/b", "</x>;rt=\"y\",<", "é\u{301}", "%41", "\u{0}\n"])
    func paths(segment: String) throws {
        let link = Link(path: ["s", segment], attributes: [Link.Attribute("rt", "t")])
        let read = try Self.parse(LinkFormat([link, link]).description)
        #expect(read.links == [link, link])
        #expect(try CoAPURI.Reference(read.links[0].target).path == ["s", segment])
    }

    @Test("A target that is no URI is escaped, an attribute that cannot be written left out")
    func hostileParts() {
        func text(_ link: Link) -> String { LinkFormat([link]).description }
        #expect(text(Link(target: "/a>;rt=\"x\" é%41")) == "</a%3E;rt=%22x%22%20%C3%A9%41>")
        let names = ["", "*", "a b", "a,</x>", "a;b", "a=b", "a\"", "é", "a\u{301}", "a*b"]
        #expect(text(Link(target: "/a", attributes: names.map { Link.Attribute($0, "1") })) == "</a>")
        #expect(text(Link(target: "/a", attributes: names.map { Link.Attribute($0) })) == "</a>")
        #expect(
            text(Link(target: "/a", attributes: [.init("title", "\"\u{301},</x>")]))
                == "</a>;title=\"\\\"\u{301},</x>\"")
    }

    @Test("Language tags and extended values stand bare (§2)")
    func bareValues() throws {
        let text = "</a>;hreflang=de;title*=UTF-8''%e2%82%ac;title=\"x\";sz=5;ct=\"0 50\""
        #expect(try Self.parse(text).description == text)
        let hostile = Link(target: "/a", attributes: [.init("hreflang", "de,</x>"), .init("x*", "a;b \"")])
        #expect(LinkFormat([hostile]).description == "</a>;hreflang=de%2C%3C%2Fx%3E;x*=a%3Bb%20%22")
    }

    @Test("Of what a link has once the first counts (§3)")
    func duplicates() throws {
        let text =
            "</a>;rt=1;rt=2;if=1;if=2;sz=1;sz=2;title=\"1\";title=\"2\";title*=1;title*=2;rel=1;rel=2;media=1;media=2;type=1"
            + ";type=2;hreflang=a;hreflang=b;ct=1;ct=2"
        #expect(
            try Self.parse(text).links[0].attributes.map { "\($0.name)=\($0.value ?? "")" } == [
                "rt=1", "if=1", "sz=1", "title=1", "title*=1", "rel=1", "media=1", "type=1", "hreflang=a", "hreflang=b",
                "ct=1", "ct=2",
            ])
    }

    @Test("A query without '=' is no filter")
    func noFilter() { #expect(LinkFilter("rt") == nil) }

    @Test(
        "What is malformed is refused",
        arguments: [
            "<a", "a>", "</a>,", "</a>;", "</a>;=x", "</a>;rt=\"x", "</a> </b>", "\u{0}", "</a>;é=1",
            "</a>;a<b", "</a>;*=1",
        ])
    func malformed(text: String) {
        // A comma at the end is forgiven, as many servers write one.
        if text == "</a>," { return }
        let error = #expect(throws: ResponseError.self) { try Self.parse(text) }
        #expect(error?.code == .badRequest)
    }

    @Test("50,000 documents, seeded: none stops the program, and what is taken is stable")
    func fuzz() async throws {
        var generator = SeededGenerator(seed: 6690)
        let pieces = [
            "<", ">", "/a", ";", ",", "rt", "=", "\"", "\\", "x y", "ct", "40", " ", "é", "obs", "\n", "\u{301}", "*",
            "title*",
            "hreflang", "%41",
        ]
        for number in 0..<50_000 {
            await breathe(number)
            var text = "</a>"
            for _ in 0..<Int.random(in: 0..<12, using: &generator) {
                text += pieces.randomElement(using: &generator) ?? ""
            }
            guard let links = try? Self.parse(text) else { continue }
            // A target that is no URI is escaped at the first time; then nothing changes any more.
            let again = try Self.parse(links.description)
            #expect(again.links.count == links.links.count, "\(text)")
            #expect(try Self.parse(again.description) == again, "\(text)")
        }
    }
}

extension String {
    fileprivate var replacingSpacesAroundEquals: String {
        var text = self
        while let range = text.firstRange(of: " = ") { text.replaceSubrange(range, with: "=") }
        return text
    }
}
