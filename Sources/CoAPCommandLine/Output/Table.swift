// SPDX-License-Identifier: Apache-2.0

/// Rows under a heading, in columns as wide as they need to be.
struct Table {
    var heading: [String]
    var rows: [[String]]
    /// Columns whose values stand at the right.
    var alignedRight: Set<Int> = []

    /// The table as text; the last column is cut where the width ends.
    func text(for terminal: Terminal) -> String {
        let used = heading.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        guard !used.isEmpty else { return "" }
        let widths = used.map { column in ([heading] + rows).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            var text = ""
            for (position, column) in used.enumerated() {
                let padding = String(repeating: " ", count: widths[position] - cells[column].count)
                if position > 0 { text += "  " }
                text += alignedRight.contains(column) ? padding + cells[column] : cells[column] + padding
            }
            while text.last == " " { text.removeLast() }
            guard terminal.isInteractive, text.count > terminal.width else { return text }
            return text.prefix(terminal.width - 1) + "…"
        }
        let head = terminal.hasColour ? "\u{1B}[2m\(line(heading))\u{1B}[0m" : line(heading)
        return ([head] + rows.map(line)).joined(separator: "\n") + "\n"
    }
}
