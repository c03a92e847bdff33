// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What `coap record` says at its end: what was recorded, and what was not and why.
enum RecordingReport {
    /// The report.
    static func text(
        _ resources: [RecordedResource], _ skipped: [RecordingChoice.Skipped], from authority: String, to file: String,
        seconds: Double, on terminal: Terminal
    ) -> String {
        let recorded = resources.filter { !$0.points.isEmpty }
        let values = recorded.reduce(0) { $0 + $1.count }
        var text =
            "recorded \(counted(recorded.count, "resource")) of \(authority) for \(rounded(seconds)) s, "
            + "\(counted(values, "value")), to \(PrintableText.escaped(file.utf8))\n"
        let rows = recorded.map { resource in
            [
                "  /" + resource.candidate.path, resource.way.rawValue, "\(resource.count)", range(of: resource),
                resource.isFull
                    ? "only the first \(RecordedResource.maximumPoints) values"
                    : resource.lastFailure.map { "\(counted(resource.failures, "failure")): \($0)" } ?? "",
            ]
        }
        text += Table(heading: ["  PATH", "HOW", "VALUES", "RANGE", "NOTE"], rows: rows, alignedRight: [2])
            .text(for: terminal)
        let silent = resources.filter(\.points.isEmpty).map {
            RecordingChoice.Skipped(path: "/" + $0.candidate.path, reason: $0.lastFailure ?? "no value came")
        }
        let all = skipped + silent
        guard !all.isEmpty else { return text }
        text += "not recorded:\n"
        for skipped in all.prefix(maximumSkipped) {
            text += "  \(PrintableText.escaped(skipped.path.utf8)): \(skipped.reason)\n"
        }
        if all.count > maximumSkipped { text += "  and \(all.count - maximumSkipped) more\n" }
        return text
    }

    private static let maximumSkipped = 20

    private static func range(of resource: RecordedResource) -> String {
        guard let range = resource.range else { return "" }
        let unit = resource.unit.map { " \($0)" } ?? ""
        let low = number(range.lowerBound)
        return range.lowerBound == range.upperBound ? low + unit : "\(low) … \(number(range.upperBound))\(unit)"
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    private static func rounded(_ seconds: Double) -> String { number((seconds * 10).rounded() / 10) }

    private static func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
}
