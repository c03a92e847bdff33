// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import CoAPCommandLine

@Suite("Links as a tree")
struct LinkTreeTests {
    private func text(_ document: String) throws -> String {
        let terminal = Terminal(isInteractive: false, hasColour: false, width: 120)
        return LinkTree(try LinkFormat(parsing: Array(document.utf8)), heading: "h").text(for: terminal)
    }

    @Test("Every link of one path has its line, and what hangs below it stays below")
    func onePath() throws {
        #expect(
            try text(#"</a>;title="one",</a>;title="two",</a/b>;title="below",</a>;title="three",</c>"#) == """
                h
                ├── a  "one"
                ├── a  "two"
                ├── a  "three"
                │   └── b  "below"
                └── c

                """)
    }

    @Test("A path and the same with a slash behind are two")
    func slash() throws {
        #expect(
            try text(#"</a>;title="one",</a/>;title="two",</a>;title="three",</>;title="root""#) == """
                h
                ├── a  "one"
                ├── a  "three"
                │   └── /  "two"
                └── /  "root"

                """)
    }
}
