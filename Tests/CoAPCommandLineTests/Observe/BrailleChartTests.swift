// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAPCommandLine

@Suite("Charts in the terminal")
struct BrailleChartTests {
    @Test("It is as large as asked, whatever the values", arguments: [0, 1, 2, 500])
    func size(count: Int) {
        let chart = BrailleChart(width: 60, height: 10)
        let rows = chart.rows((0..<count).map { Double($0 * $0) })
        #expect(rows.count == 10)
        #expect(rows.allSatisfy { $0.count == 60 })
    }

    @Test("The scale names the least and the largest of what is shown")
    func scale() {
        let chart = BrailleChart(width: 20, height: 3)
        // What has left the chart does not stretch it.
        let rows = chart.rows([1000] + (1...chart.capacity).map(Double.init))
        #expect(rows.first?.contains("18 ┤") == true)
        #expect(rows.last?.contains(" 1 ┤") == true)
    }

    @Test("A rising line goes from bottom left to top right")
    func rising() {
        let rows = BrailleChart(width: 20, height: 3).rows((0..<18).map(Double.init))
        #expect(rows[0].last != "\u{2800}" && rows[0].dropFirst(11).first == "\u{2800}")
        #expect(rows[2].last == "\u{2800}" && rows[2].dropFirst(11).first != "\u{2800}")
    }

    @Test("Equal values stand in the middle, and small terminals are taken as they can be")
    func flat() {
        let rows = BrailleChart(width: 1, height: 1).rows([5, 5, 5])
        #expect(rows.count == 3)
        #expect(rows[1].contains { $0 > "\u{2800}" && $0 <= "\u{28FF}" })
        #expect(!rows[0].dropFirst(11).contains { $0 > "\u{2800}" && $0 <= "\u{28FF}" })
    }

    @Test(
        "Numbers at the edge of what a double holds, and beyond",
        arguments: [
            [1e308, -1e308], [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0], [.greatestFiniteMagnitude],
            [-.greatestFiniteMagnitude, -.greatestFiniteMagnitude], [0, .leastNonzeroMagnitude],
            [.infinity, 1], [-.infinity, .infinity], [.nan, 1, 2], [1, .nan], [.nan],
        ] as [[Double]])
    func extremes(values: [Double]) {
        let rows = BrailleChart(width: 40, height: 4).rows(values)
        #expect(rows.count == 4)
        for name in ["inf", "nan"] { #expect(!rows.contains { $0.contains(name) }, "\(rows)") }
        // Top and bottom are both reached.
        if values == [1e308, -1e308] {
            #expect(rows[0].contains { $0 > "\u{2800}" && $0 <= "\u{28FF}" })
            #expect(rows[3].contains { $0 > "\u{2800}" && $0 <= "\u{28FF}" })
        }
    }
}
