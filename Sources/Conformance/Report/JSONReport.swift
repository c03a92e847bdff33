// SPDX-License-Identifier: Apache-2.0

package import SenML

/// Results as one JSON object, for scripts.
package enum JSONReport {
    /// The object: server, counts, cases.
    package static func object(_ report: SuiteReport) -> JSONValue {
        func number(_ value: Int) -> JSONValue { .number(String(value)) }
        let counts = ["pass", "fail", "skipped", "inconclusive"].map { word in
            JSONValue.Member(word, number(report.count(word)))
        }
        let cases = report.results.map { result in
            JSONValue.object([
                .init("id", .string(result.id)), .init("title", .string(result.title)),
                .init("rfc", .string(result.rfc)), .init("verdict", .string(result.verdict.word)),
                .init("reason", result.verdict.reason.map(JSONValue.string) ?? .null),
                .init("notes", .array(result.notes.map(JSONValue.string))),
                .init("milliseconds", number(SuiteReport.milliseconds(result.duration))),
                .init("wire", .array(result.wire.map(JSONValue.string))),
            ])
        }
        return .object([
            .init("server", .string(report.server)),
            .init("milliseconds", number(SuiteReport.milliseconds(report.duration))),
            .init("counts", .object([.init("cases", number(report.results.count))] + counts)),
            .init("cases", .array(cases)),
        ])
    }
}
