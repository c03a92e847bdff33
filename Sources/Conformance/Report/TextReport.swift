// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Results for a person: a line for each case, reasons indented beneath.
package enum TextReport {
    /// The lines of one case.
    ///
    /// - Parameter showsWire: with every message in both directions.
    package static func lines(of result: CaseResult, showsWire: Bool) -> String {
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        var text = padded(result.id, 18) + padded(result.verdict.word, 13)
        text += padded(SuiteReport.seconds(result.duration) + " s", 11)
        text += padded(result.rfc, 22) + " " + result.title + "\n"
        if let reason = result.verdict.reason { text += "    \(PrintableText.escaped(reason.utf8))\n" }
        for note in result.notes { text += "    note: \(PrintableText.escaped(note.utf8))\n" }
        if showsWire { for line in result.wire { text += "      \(PrintableText.escaped(line.utf8))\n" } }
        return text
    }

    /// All cases and the summary.
    package static func text(_ report: SuiteReport, showsWire: Bool = false) -> String {
        report.results.map { lines(of: $0, showsWire: showsWire) }.joined() + report.summary + "\n"
    }
}
