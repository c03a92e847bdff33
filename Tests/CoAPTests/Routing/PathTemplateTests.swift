// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("Paths of routes")
struct PathTemplateTests {
    @Test(
        "What no request could match as it is meant is refused, with the reason",
        arguments: [
            ("{}", "enclose a name"), ("{*}", "enclose a name"), ("{a*b}", "enclose a name"), ("{a}/{a}", "called 'a'"),
            ("{a}/x/{a*}", "called 'a'"), ("q?", "no query"), ("q?a=b", "no query"), ("up/../x", "no segments"),
            ("./x", "no segments"), ("%2E%2e/x", "no segments"), ("a//c", "is empty"), ("a/", "is empty"),
            ("//", "is empty"), ("a{b}", "whole segment"), ("{a}b", "whole segment"), ("{{a}}", "whole segment"),
            ("{", "whole segment"), ("{rest*}/x", "stands last"), ("%zz", "hexadecimal"),
            (Array(repeating: "x", count: 33).joined(separator: "/"), "33 segments"),
        ])
    func refused(path: String, reason: String) {
        let error = #expect(throws: CoAPError.self) { try PathTemplate(path) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test("What can be matched is taken")
    func taken() throws {
        #expect(try PathTemplate("").segments.isEmpty)
        #expect(try PathTemplate("/").segments.isEmpty)
        #expect(try PathTemplate("/a/{b}/{c*}").segments == [.literal(Array("a".utf8)), .parameter("b"), .rest("c")])
        #expect(try PathTemplate("sl%2Fash/%7Bx%7D").segments.count == 2)
        #expect(try PathTemplate(Array(repeating: "x", count: 32).joined(separator: "/")).segments.count == 32)
    }
}
