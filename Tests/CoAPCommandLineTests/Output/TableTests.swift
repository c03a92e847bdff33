// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAPCommandLine

@Suite("Tables")
struct TableTests {
    private let table = Table(
        heading: ["NAME", "VALUE", "NOTE", "UNIT"], rows: [["a", "1", "", "m"], ["long name", "100", "", ""]],
        alignedRight: [1])

    @Test("Columns as wide as they need to be, without those that are empty")
    func columns() {
        let text = table.text(for: Terminal(isInteractive: false, hasColour: false, width: 10))
        #expect(text == "NAME       VALUE  UNIT\na              1  m\nlong name    100\n")
    }

    @Test("A terminal's width and colour")
    func terminal() {
        let plain = table.text(for: Terminal(isInteractive: true, hasColour: false, width: 18))
        #expect(plain == "NAME      VALUE  …\na             1  m\nlon…name    100\n")
        let coloured = table.text(for: Terminal(isInteractive: true, hasColour: true, width: 80))
        #expect(coloured.hasPrefix("\u{1B}[2mNAME       VALUE  UNIT\u{1B}[0m\na "))
    }

    @Test("No rows, no table")
    func empty() {
        let text = Table(heading: ["A"], rows: []).text(for: Terminal(isInteractive: true, hasColour: true, width: 80))
        #expect(text == "")
    }
}
