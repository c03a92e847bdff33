// SPDX-License-Identifier: Apache-2.0

/// Rows under a heading, in columns as wide as they need to be.
struct Table {
    var heading: [String]
    var rows: [[String]]
    /// Columns whose values stand at the right.
    var alignedRight: Set<Int> = []

    /// No column is made narrower than this.
    private static let minimumWidth = 8

    /// The table as text. Columns without values are left out; where a terminal is too narrow, the widest columns are cut.
    func text(for terminal: Terminal) -> String {
        let used = heading.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        guard !used.isEmpty else { return "" }
        var widths = used.map { column in ([heading] + rows).map { $0[column].count }.max() ?? 0 }
        if terminal.isInteractive { Self.fit(&widths, into: terminal.width) }
        func line(_ cells: [String]) -> String {
            var text = ""
            for (position, column) in used.enumerated() {
                // The first column has names, which differ at their ends more often than in the middle.
                let cell =
                    position == 0
                    ? Self.cutInside(cells[column], to: widths[position])
                    : Self.cut(cells[column], to: widths[position])
                let padding = String(repeating: " ", count: widths[position] - cell.count)
                if position > 0 { text += "  " }
                text += alignedRight.contains(column) ? padding + cell : cell + padding
            }
            while text.last == " " { text.removeLast() }
            return terminal.isInteractive ? Self.cut(text, to: terminal.width) : text
        }
        let head = terminal.hasColour ? "\u{1B}[2m\(line(heading))\u{1B}[0m" : line(heading)
        return ([head] + rows.map(line)).joined(separator: "\n") + "\n"
    }

    /// Makes the widest columns narrower until the row fits, or none can be.
    private static func fit(_ widths: inout [Int], into width: Int) {
        var excess = widths.reduce(2 * (widths.count - 1), +) - width
        while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
            widths[widest] > minimumWidth
        {
            widths[widest] -= 1
            excess -= 1
        }
    }

    private static func cutInside(_ text: String, to width: Int) -> String {
        guard text.count > width else { return text }
        let kept = max(0, width - 1)
        return "\(text.prefix(kept / 2))…\(text.suffix(kept - kept / 2))"
    }

    private static func cut(_ text: String, to width: Int) -> String {
        text.count > width ? text.prefix(max(0, width - 1)) + "…" : text
    }
}
