// SPDX-License-Identifier: Apache-2.0

import Foundation
import SenML

/// Several runs of several servers, as a table with medians and ratios.
struct BenchReport {
    /// The servers' names, the one that the others are compared with first.
    var names: [String]
    /// The runs of each server, in the order of the names.
    var runs: [[LoadResult]]

    /// One line of figures for each server.
    struct Row {
        var name: String
        var rate: Double
        var cpu: Double?
        var median: UInt32
        var p95: UInt32
        var p99: UInt32
        var failures: Int
        var rateRatio: Double?
        var cpuRatio: Double?
    }

    /// The medians of each server, and the medians of the ratios of runs that were made side by side.
    var rows: [Row] {
        names.indices.map { index in
            let mine = runs[index]
            let sorted = mine.flatMap(\.latencies).sorted()
            let pairs = zip(mine, runs[0])
            return Row(
                name: names[index], rate: Self.median(mine.map(\.rate)) ?? 0,
                cpu: Self.median(mine.compactMap(\.cpuPerRequest)), median: LoadResult.percentile(sorted, 0.5),
                p95: LoadResult.percentile(sorted, 0.95), p99: LoadResult.percentile(sorted, 0.99),
                failures: mine.map(\.failures).reduce(0, +),
                rateRatio: index == 0 ? nil : Self.median(pairs.map { $0.rate / $1.rate }),
                cpuRatio: index == 0
                    ? nil
                    : Self.median(
                        pairs.compactMap { one, other in
                            guard let mine = one.cpuPerRequest, let base = other.cpuPerRequest, mine > 0 else {
                                return nil
                            }
                            return base / mine
                        }))
        }
    }

    static func median(_ values: [Double]) -> Double? {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return nil }
        return sorted.count.isMultiple(of: 2)
            ? (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2 : sorted[sorted.count / 2]
    }

    /// The table.
    var text: String {
        // As wide as the longest name: ports, which tell servers apart, stand at the end.
        let width = max(21, (names.map(\.count).max() ?? 0) + 1)
        var lines = [
            "server".padding(toLength: width, withPad: " ", startingAt: 0)
                + "     req/s   µs CPU/req   p50 µs   p95 µs   p99 µs  failed   rate   rate/core"
        ]
        for row in rows {
            func column(_ value: Double?, _ format: String) -> String {
                value.map { String(format: format, $0) } ?? "-"
            }
            let cells: [(String, Int)] = [
                (column(row.rate, "%.0f"), 9), (column(row.cpu, "%.2f"), 12), ("\(row.median)", 8),
                ("\(row.p95)", 8), ("\(row.p99)", 8), ("\(row.failures)", 7), (column(row.rateRatio, "%.2f x"), 8),
                (column(row.cpuRatio, "%.2f x"), 9),
            ]
            let name = row.name.padding(toLength: width, withPad: " ", startingAt: 0)
            lines.append(
                name
                    + cells.map { text, width in
                        String(repeating: " ", count: max(1, width + 1 - text.count)) + text
                    }.joined())
        }
        lines.append(
            "rate and rate/core compare with the first server: medians of the ratios of runs made side by side")
        return lines.joined(separator: "\n")
    }

    /// The same as JSON.
    var json: JSONValue {
        .array(
            rows.map { row in
                func optional(_ value: Double?) -> JSONValue { value.map(JSONValue.number) ?? .null }
                return .object([
                    .init("server", .string(row.name)), .init("requestsPerSecond", .number(row.rate)),
                    .init("cpuMicrosecondsPerRequest", optional(row.cpu)),
                    .init("p50Microseconds", .number(Double(row.median))),
                    .init("p95Microseconds", .number(Double(row.p95))),
                    .init("p99Microseconds", .number(Double(row.p99))),
                    .init("failures", .number(Double(row.failures))), .init("rateRatio", optional(row.rateRatio)),
                    .init("cpuRatio", optional(row.cpuRatio)),
                ])
            })
    }
}
