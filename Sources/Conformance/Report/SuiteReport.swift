// SPDX-License-Identifier: Apache-2.0

/// The results of a suite, counted.
package struct SuiteReport: Sendable {
    /// Whom it is about, as a URI.
    package let server: String
    package let results: [CaseResult]
    package let duration: Duration

    /// A report of results.
    package init(server: String, results: [CaseResult], duration: Duration) {
        self.server = server
        self.results = results
        self.duration = duration
    }

    /// How many have a verdict, by its word.
    package func count(_ word: String) -> Int { results.count { $0.verdict.word == word } }

    /// True when something was tried, and all that was tried passed.
    package var isGood: Bool {
        count("pass") > 0 && count("fail") == 0 && count("inconclusive") == 0
    }

    /// Why nothing was tried, a reason after the other; nil when something was.
    package var whyNothingWasTried: String? {
        guard count("skipped") == results.count else { return nil }
        var reasons: [String] = []
        for reason in results.compactMap(\.verdict.reason) where !reasons.contains(reason) { reasons.append(reason) }
        return reasons.joined(separator: "; ")
    }

    /// `55 cases: 50 passed, 2 failed, 3 skipped`.
    package var summary: String {
        let unclear = count("inconclusive")
        return "\(results.count) cases: \(count("pass")) passed, \(count("fail")) failed, \(count("skipped")) skipped"
            + (unclear > 0 ? ", \(unclear) inconclusive" : "")
    }

    static func milliseconds(_ duration: Duration) -> Int {
        Int(duration.components.seconds) * 1000 + Int(duration.components.attoseconds / 1_000_000_000_000_000)
    }

    /// A number of milliseconds as seconds, `1.250`.
    static func seconds(_ duration: Duration) -> String {
        let all = milliseconds(duration)
        let fraction = String(all % 1000)
        return "\(all / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }
}
