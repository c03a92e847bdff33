// SPDX-License-Identifier: Apache-2.0

import SenML
import Testing

@testable import CoAPCommandLine

@Suite("The report of a benchmark")
struct BenchReportTests {
    private func run(_ successes: Int, cpu: Duration? = nil, failures: Int = 0, _ latencies: [UInt32] = [])
        -> LoadResult
    {
        LoadResult(
            successes: successes, failures: failures, elapsed: .seconds(2), serverCPU: cpu, latencies: latencies)
    }

    @Test("Medians of odd, even and no values")
    func median() {
        #expect(BenchReport.median([]) == nil)
        #expect(BenchReport.median([7]) == 7)
        #expect(BenchReport.median([9, 1, 5]) == 5)
        #expect(BenchReport.median([4, 1, 3, 100]) == 3.5)
    }

    @Test("Percentiles by rank")
    func percentile() {
        let hundred = (1...100).map(UInt32.init)
        #expect(LoadResult.percentile([], 0.5) == 0)
        #expect(LoadResult.percentile([3], 0.99) == 3)
        #expect(LoadResult.percentile(hundred, 0) == 1)
        #expect(LoadResult.percentile(hundred, 0.5) == 51)
        #expect(LoadResult.percentile(hundred, 0.99) == 100)
        #expect(LoadResult.percentile(hundred, 1) == 100)
    }

    @Test("A result's rate and cost, also without any")
    func result() {
        #expect(LoadResult().rate == 0 && LoadResult().cpuPerRequest == nil)
        #expect(run(100).rate == 50 && run(100).cpuPerRequest == nil)
        #expect(run(0, cpu: .seconds(1)).cpuPerRequest == nil)
        #expect(run(1000, cpu: .milliseconds(20)).cpuPerRequest == 20)
        var total = LoadResult()
        total.note(success: true, microseconds: 5)
        total.note(success: false, microseconds: 7)
        total.merge(run(3, failures: 1, [9]))
        #expect(total.successes == 4 && total.failures == 2 && total.latencies == [5, 7, 9])
    }

    @Test("Rows: medians, and ratios of runs made side by side")
    func rows() throws {
        let report = BenchReport(
            names: ["first", "second"],
            runs: [
                [
                    run(100, cpu: .milliseconds(1), [10, 20]), run(200, cpu: .milliseconds(4), [30]),
                    run(400, cpu: .milliseconds(4), failures: 2, [40]),
                ],
                [run(300, cpu: .milliseconds(3), [5]), run(400, cpu: .milliseconds(4), [5]), run(400, [5])],
            ])
        let rows = report.rows
        #expect(rows.map(\.name) == ["first", "second"])
        #expect(rows.map(\.rate) == [100, 200] && rows.map(\.failures) == [2, 0])
        #expect(rows[0].cpu == 10 && rows[0].median == 30 && rows[0].p99 == 40)
        #expect(rows[0].rateRatio == nil && rows[0].cpuRatio == nil)
        // 300/100, 400/200 and 400/400.
        #expect(rows[1].rateRatio == 2)
        // 10 µs to 10 µs and 20 µs to 10 µs; the third run has no figure.
        #expect(rows[1].cpuRatio == 1.5)
        let lines = report.text.split(separator: "\n")
        #expect(lines.count == 4 && lines[2].hasPrefix("second ") && lines[2].hasSuffix("2.00 x    1.50 x"))
        #expect(lines[1].hasSuffix("-         -"))
        let long = "coaps://gateway.example:5684"
        let named = BenchReport(names: [long + "1", long + "2"], runs: [[run(1)], [run(1)]]).text.split(separator: "\n")
        #expect(named[1].hasPrefix(long + "1 ") && named[2].hasPrefix(long + "2 ") && named[0].count == named[1].count)
        guard case .array(let objects) = report.json else {
            Issue.record("the report is no array")
            return
        }
        #expect(objects[0]["rateRatio"] == .null && objects[1]["rateRatio"] == .number("2"))
        #expect(objects[1]["requestsPerSecond"] == .number("200") && objects[0]["failures"] == .number("2"))
    }
}
