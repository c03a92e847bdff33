// SPDX-License-Identifier: Apache-2.0

import CoAP

/// TD_COAP_LINK_01 to 09: `.well-known/core` and its filters. They change nothing and run on one track, one by one.
enum LinkCases {
    static let all: [TestCase] = [
        everything,
        one("02", "Filter by resource type", "rt=Type1") { has($0, "rt", "Type1") },
        one("03", "Filter by any resource type", "rt=*") { $0["rt"] != nil },
        one("04", "Filter by one of several types", "rt=Type2") { has($0, "rt", "Type2") },
        one("05", "Filter by the beginning of an interface", "if=If*") { link in
            words(link, "if").contains { $0.hasPrefix("If") }
        },
        one("06", "Filter by size", "sz=*") { $0["sz"] != nil },
        one("07", "Filter by target", "href=/link1") { $0.target == "/link1" },
        one("08", "Filter by the beginning of a target", "href=/link*") { $0.target.hasPrefix("/link") },
        hierarchy,
    ]

    private static func words(_ link: Link, _ name: String) -> [Substring] { (link[name] ?? "").split(separator: " ") }

    private static func has(_ link: Link, _ name: String, _ value: String) -> Bool {
        words(link, name).contains { $0 == value }
    }

    /// Gets a link-format document, in however many blocks.
    private static func links(
        _ run: CaseRun, _ path: String, _ query: [String] = []
    ) throws(CaseEnd) -> [Link] {
        let exchange = try run.exchange(run.request(.get, path, query: query))
        try run.expectContent(exchange.response)
        try run.expectFormat(exchange.response, .linkFormat)
        let isWhole = !exchange.response.options.contains(.block2)
        let body =
            isWhole ? exchange.response.payload : try run.body(exchange.response, of: exchange.request, size: 1024)
        do throws(ResponseError) { return try LinkFormat(parsing: body).links } catch {
            throw .fail("the document is no link-format: \(error.diagnostic ?? "")")
        }
    }

    private static let core = ".well-known/core"

    private static let everything = TestCase("LINK_01", "All links", rfc: "RFC 6690 §4", track: "links", stage: 1) {
        run throws(CaseEnd) in
        let targets = Set(try links(run, core).map(\.target))
        for number in 1...3 {
            try run.expect(targets.contains("/link\(number)"), "no link leads to /link\(number)")
        }
    }

    private static func one(
        _ number: String, _ title: String, _ query: String, fits: @escaping @Sendable (Link) -> Bool
    ) -> TestCase {
        TestCase("LINK_" + number, title, rfc: "RFC 6690 §4.1", track: "links", stage: Int(number) ?? 0) {
            run throws(CaseEnd) in
            _ = try filtered(run, query, fits)
        }
    }

    /// The links that a filter leaves, which have to be the ones that this side finds among all.
    private static func filtered(
        _ run: CaseRun, _ query: String, _ fits: (Link) -> Bool
    ) throws(CaseEnd) -> [Link] {
        let wanted = Set(try links(run, core).filter(fits).map(\.target))
        try run.expect(!wanted.isEmpty, "among all links none matches '\(query)'")
        let found = try links(run, core, [query])
        for link in found where !fits(link) {
            throw .fail("\(PrintableText.escaped(link.target.utf8)) does not match '\(query)'")
        }
        let targets = Set(found.map(\.target))
        guard targets != wanted else { return found }
        // Resources come and go: what is held against the server stands in the list before and after.
        let after = Set(try links(run, core).filter(fits).map(\.target))
        if let missing = wanted.intersection(after).subtracting(targets).min() {
            throw .fail("\(PrintableText.escaped(missing.utf8)) matches '\(query)' and is missing")
        }
        if let hidden = targets.subtracting(wanted).subtracting(after).min() {
            throw .fail("\(PrintableText.escaped(hidden.utf8)) is not among all links")
        }
        return found
    }

    private static let hierarchy = TestCase(
        "LINK_09", "Links below a resource", rfc: "RFC 6690 §5", track: "links", stage: 9
    ) { run throws(CaseEnd) in
        let entries = try filtered(run, "ct=40") { has($0, "ct", "40") }
        try run.expect(entries.contains { $0.target == "/path" }, "no link with ct=40 leads to /path")
        let children = try links(run, "path")
        try run.expect(
            children.contains { $0.target == "/path/sub1" || $0.target == "sub1" }, "/path does not list sub1")
        try run.expect(try run.exchange(run.request(.get, "path/sub1")).response, .content)
    }
}
