// SPDX-License-Identifier: Apache-2.0

import CoAP
import Conformance
import Testing

@Suite("Servers whose links are not what they should be")
struct BrokenLinkTests {
    /// The reason of a case against a server with two documents: of all links, and of those a filter leaves.
    private static func judgeLinks(
        _ name: String, all: String, filtered: String
    ) async throws -> String {
        try await Judge.failure(name) { message, _ in
            let document = message.options.uriQuery.isEmpty ? all : filtered
            return [message.answer(.content, [CoAPOption(.contentFormat, uint: 40)], document).bytes]
        }
    }

    @Test(
        "A filter that loses links",
        arguments: [
            ("LINK_02", "</a>;rt=\"Type1\",</b>;rt=\"Type1 x\""), ("LINK_03", "</a>;rt=x,</b>;rt=y"),
            ("LINK_04", "</a>;rt=\"Type2\",</b>;rt=\"x Type2\""), ("LINK_05", "</a>;if=\"If1\",</b>;if=\"If2\""),
            ("LINK_06", "</a>;sz=1,</b>;sz=2"), ("LINK_09", "</a>;ct=40,</b>;ct=\"0 40\""),
        ])
    func lostLinks(name: String, all: String) async throws {
        let first = String(all.prefix { $0 != "," })
        #expect(try await Self.judgeLinks(name, all: all, filtered: first).contains("/b matches"))
    }

    @Test("A filter by target that loses links")
    func lostTargets() async throws {
        let all = "</link1>;ct=0,</link2>;ct=0"
        let reason = try await Self.judgeLinks("LINK_08", all: all, filtered: "</link1>;ct=0")
        #expect(reason.contains("/link2 matches"))
    }

    @Test("A filter that invents links")
    func inventedLinks() async throws {
        let reason = try await Self.judgeLinks("LINK_06", all: "</a>;sz=1", filtered: "</a>;sz=1,</b>;sz=2")
        #expect(reason.contains("/b is not among all links"))
    }

    @Test("Nothing that a filter could find")
    func nothingToFind() async throws {
        #expect(try await Self.judgeLinks("LINK_02", all: "</a>", filtered: "</a>").contains("none matches"))
    }

    @Test("Not all of the links that there have to be")
    func missingLinks() async throws {
        let reason = try await Self.judgeLinks("LINK_01", all: "</link1>,</link3>", filtered: "")
        #expect(reason.contains("/link2"))
    }
}
