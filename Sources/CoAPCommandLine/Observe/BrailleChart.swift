// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A line chart of numbers in Braille characters, each of which has two by four dots.
struct BrailleChart {
    /// Columns of the whole chart, its scale included; from 20.
    let width: Int
    /// Rows of the chart; from 3.
    let height: Int

    /// A chart for a terminal of this size; small ones are drawn over their edge.
    init(width: Int, height: Int) {
        self.width = max(20, width)
        self.height = max(3, height)
    }

    /// How many of the latest values it shows.
    var capacity: Int { (width - Self.scaleWidth) * 2 }

    private static let scaleWidth = 11
    /// The bits of a character's dots by row, for its left and right column (Unicode, Braille Patterns).
    private static let dots: [[UInt32]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

    /// The rows from top to bottom; what is not finite has no place in them.
    func rows(_ values: [Double]) -> [String] {
        let shown = values.suffix(capacity).filter(\.isFinite)
        var (least, most) = (shown.min() ?? 0, shown.max() ?? 0)
        if least == most {
            // A flat line stands in the middle.
            let margin = max(abs(least) * 0.01, 0.5)
            let bounds = -Double.greatestFiniteMagnitude ... .greatestFiniteMagnitude
            (least, most) = ((least - margin).clamped(to: bounds), (most + margin).clamped(to: bounds))
        }
        let columns = width - Self.scaleWidth
        var cells = [[UInt32]](repeating: [UInt32](repeating: 0, count: columns), count: height)
        let levels = height * 4
        func level(_ value: Double) -> Int {
            // Halves: the difference of two large numbers may be more than a double holds.
            let part = (value / 2 - least / 2) / (most / 2 - least / 2)
            // The smallest numbers have no halves.
            guard part.isFinite else { return levels / 2 }
            return levels - 1 - Int((part.clamped(to: 0...1) * Double(levels - 1)).rounded())
        }
        var before: Int?
        for (index, value) in shown.enumerated() {
            let now = level(value)
            // Steep lines are drawn through.
            let from = before.map { $0 < now ? $0 + 1 : max($0 - 1, now) } ?? now
            for row in min(from, now)...max(from, now) {
                cells[row / 4][index / 2] |= Self.dots[index % 2][row % 4]
            }
            before = now
        }
        return cells.enumerated().map { row, cells in
            let scale: String =
                switch row {
                case 0: Self.number(most)
                case height - 1: Self.number(least)
                default: ""
                }
            let line = String(
                String.UnicodeScalarView(cells.map { Unicode.Scalar(0x2800 + $0) ?? " " }))
            return String(repeating: " ", count: max(0, 8 - scale.count)) + scale + " ┤ " + line
        }
    }

    /// A number in eight characters or a few more.
    static func number(_ value: Double) -> String {
        let text = value.magnitude >= 1e6 || (value != 0 && value.magnitude < 1e-3) ? "%.2e" : "%.6g"
        return String(format: text, value)
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
