// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator
import PlainYAML

/// Understands the sentences of assertions.
enum AssertionParser {
    /// Why a sentence is not understood, and what may be written.
    struct Refusal: Error, Hashable {
        let reason: String
    }

    static let examples =
        "'p99 latency < 500 ms', 'reports lost == 0' or 'temperature of room-* between 15 and 30'"

    /// What counts things, by the words before the comparison.
    static let counts: [(words: String, metric: FleetMetric)] = [
        ("reports made", .reportsMade), ("reports delivered", .reportsDelivered), ("reports lost", .reportsLost),
        ("reports duplicated", .reportsDuplicated), ("reports waiting", .reportsWaiting), ("handshakes", .handshakes),
        ("handshakes failed", .handshakesFailed), ("errors", .errors), ("devices up", .devicesUp),
        ("writes refused", .writesRefused),
    ]

    private static let comparisons = Assertion.Comparison.allCases.map(\.rawValue)

    static func parse(_ text: String) -> Result<Assertion.Check, Refusal> {
        let words = text.split { $0 == " " || $0 == "\t" }.map(String.init)
        if words.first == "reports", words.count > 2, words[2] == "of" { return reports(words, text) }
        if words.contains("of") || words.contains("between") { return between(words, text) }
        guard let index = words.firstIndex(where: { $0.utf8.contains { "<>=!".utf8.contains($0) } }) else {
            return refused("'\(text.shown)' compares nothing; write \(examples)")
        }
        guard let comparison = Assertion.Comparison(rawValue: words[index]) else {
            let hint = words[index] == "=" ? "; '==' is meant perhaps" : ""
            return refused(
                "'\(words[index].shown)' is no comparison\(hint); write one of \(comparisons.joined(separator: " ")) with a space on each side"
            )
        }
        let subject = words[..<index].joined(separator: " ")
        let value = words[(index + 1)...].joined(separator: " ")
        guard !value.isEmpty else {
            return refused("behind '\(comparison.rawValue)' stands no value; write \(examples)")
        }
        if words[..<index].last == "latency", index == 2 { return latency(words[0], comparison, value) }
        if subject == "charge" {
            return measured(value, .charge).map { .metric(.charge, comparison, $0) }
        }
        if let known = counts.first(where: { $0.words == subject }) {
            guard let number = PlainNumber.value(of: value), number >= 0, number == number.rounded() else {
                return refused("'\(value.shown)' is no count; write a whole number, such as '\(subject) == 0'")
            }
            return .success(.metric(known.metric, comparison, number))
        }
        let subjects = ["p99 latency"] + counts.map(\.words) + ["charge"]
        let meant = subjects.first { Spelling.isNear(subject, $0) }
        let hint = meant.map { "; '\($0)' is meant perhaps" } ?? ""
        return refused(
            "'\(subject.shown)' is nothing that is counted\(hint); write p50 latency, \(subjects.joined(separator: ", ")), or QUANTITY of DEVICES between LOW and HIGH"
        )
    }

    private static func refused(_ reason: String) -> Result<Assertion.Check, Refusal> {
        .failure(Refusal(reason: reason))
    }

    private static func measured(_ text: String, _ measure: Measure) -> Result<Double, Refusal> {
        switch measure.read(text) {
        case .value(let value) where value >= 0: .success(value)
        case .bareNumber: .failure(Refusal(reason: "\(text.shown) has no unit; write \(measure.example)"))
        case .unknownUnit(let unit):
            .failure(
                Refusal(reason: "'\(unit.shown)' is no unit of \(measure.name); write \(measure.example)"))
        default: .failure(Refusal(reason: "'\(text.shown)' is not \(measure.name); write \(measure.example)"))
        }
    }

    private static func latency(
        _ word: String, _ comparison: Assertion.Comparison, _ value: String
    ) -> Result<Assertion.Check, Refusal> {
        guard word.hasPrefix("p"), let percent = PlainNumber.value(of: String(word.dropFirst())), percent > 0,
            percent <= 100
        else {
            return refused(
                "'\(word.shown)' is no percentile; write p50, p90, p99, p99.9 or p100, such as 'p99 latency < 500 ms'")
        }
        return measured(value, .duration).map { .metric(.latency(percentile: percent / 100), comparison, $0) }
    }

    /// `reports lost of pump-* == 0`.
    private static func reports(_ words: [String], _ text: String) -> Result<Assertion.Check, Refusal> {
        guard words.count == 6, let comparison = Assertion.Comparison(rawValue: words[4]) else {
            return refused(
                "'\(text.shown)' is not understood; write such as 'reports lost of pump-* == 0', the comparison with a space on each side"
            )
        }
        guard let count = ReportCount(rawValue: words[1]) else {
            let known = ReportCount.allCases.map(\.rawValue).joined(separator: ", ")
            return refused("'reports \(words[1].shown)' are not counted by device; write reports \(known)")
        }
        guard let number = PlainNumber.value(of: words[5]), number >= 0, number == number.rounded() else {
            return refused(
                "'\(words[5].shown)' is no count; write a whole number, such as 'reports lost of pump-* == 0'")
        }
        return .success(.reports(count, devices: words[3], comparison, number))
    }

    /// `temperature of room-* between 15 and 30`.
    private static func between(_ words: [String], _ text: String) -> Result<Assertion.Check, Refusal> {
        guard words.count == 7, words[1] == "of", words[3] == "between", words[5] == "and" else {
            return refused(
                "'\(text.shown)' is not understood; write QUANTITY of DEVICES between LOW and HIGH, such as 'temperature of room-* between 15 and 30'"
            )
        }
        guard let low = PlainNumber.value(of: words[4]), let high = PlainNumber.value(of: words[6]) else {
            return refused("the bounds are two numbers without units; write such as 'between 15 and 30'")
        }
        guard low <= high else {
            return refused("\(low.shown) is above \(high.shown); write the smaller bound first")
        }
        return .success(.between(quantity: words[0], devices: words[2], low...high))
    }
}
