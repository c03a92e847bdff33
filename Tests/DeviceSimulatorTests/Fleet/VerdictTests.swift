// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeviceSimulator

@Suite("Verdicts")
struct VerdictTests {
    private static func report() -> FleetReport {
        var report = FleetReport(name: "test")
        report.counters.reportsMade = 10
        report.counters.reportsDelivered = 7
        report.counters.reportsLost = 2
        report.counters.reportsWaiting = 1
        report.counters.handshakes = 4
        report.counters.handshakesFailed = 3
        report.counters.devicesUp = 5
        report.counters.writesRefused = 6
        report.counters.errors = ["timeout": 8, "4.03": 2]
        for _ in 0..<99 { report.latency.add(0.012) }
        report.latency.add(2.5)
        return report
    }

    private static func verdict(
        _ check: Assertion.Check, of report: FleetReport = report()
    ) throws -> FleetReport.Verdict {
        var report = report
        report.judge([Assertion("it", check)])
        let verdict = try #require(report.verdicts.first)
        #expect(verdict.assertion.text == "it")
        #expect(report.holds == verdict.holds)
        return verdict
    }

    @Test(
        "Each number is compared and said",
        arguments: [
            (FleetMetric.reportsMade, 10.0, "reports made were 10"), (.reportsDelivered, 7, "reports delivered were 7"),
            (.reportsLost, 2, "reports lost were 2, and 1 wait still"), (.reportsWaiting, 1, "reports waiting were 1"),
            (.handshakes, 4, "handshakes were 4"), (.handshakesFailed, 3, "handshakes failed were 3"),
            (.devicesUp, 5, "devices up were 5"), (.writesRefused, 6, "writes refused were 6"),
            (.errors, 10, "errors were 10"),
        ] as [(FleetMetric, Double, String)])
    func numbers(metric: FleetMetric, value: Double, finding: String) throws {
        let equal = try Self.verdict(.metric(metric, .equal, value))
        #expect(equal.holds)
        #expect(equal.finding == finding)
        let outcomes: [(Assertion.Comparison, Double, Bool)] = [
            (.less, value, false), (.less, value + 1, true), (.atMost, value, true), (.atMost, value - 1, false),
            (.equal, value + 1, false), (.notEqual, value, false), (.notEqual, value + 1, true),
            (.atLeast, value, true), (.atLeast, value + 1, false), (.more, value, false), (.more, value - 1, true),
        ]
        for (comparison, bound, holds) in outcomes {
            let verdict = try Self.verdict(.metric(metric, comparison, bound))
            #expect(verdict.holds == holds, "\(comparison.rawValue) \(bound)")
        }
    }

    @Test("Latencies are said in milliseconds and seconds")
    func latency() throws {
        let median = try Self.verdict(.metric(.latency(percentile: 0.5), .less, 0.5))
        #expect(median.holds)
        #expect(median.finding.hasPrefix("p50 latency was 1"))
        #expect(median.finding.hasSuffix(" ms"))
        let longest = try Self.verdict(.metric(.latency(percentile: 0.999), .less, 0.5))
        #expect(!longest.holds)
        #expect(longest.finding == "p99.9 latency was 2.5 s")
    }

    @Test("Errors are named by their kinds where there are too many")
    func errors() throws {
        let verdict = try Self.verdict(.metric(.errors, .equal, 0))
        #expect(verdict.finding == "errors were 10: timeout 8, 4.03 2")
    }

    @Test("What is not known does not hold, and says why")
    func unknown() throws {
        let duplicates = try Self.verdict(.metric(.reportsDuplicated, .equal, 0))
        #expect(!duplicates.holds)
        #expect(
            duplicates.finding
                == "reports duplicated is not known: only a server that is part of the simulation tells")
        let latency = try Self.verdict(.metric(.latency(percentile: 0.99), .less, 1), of: FleetReport(name: "empty"))
        #expect(!latency.holds)
        #expect(latency.finding == "p99 latency is not known: no report was answered")
        let charge = try Self.verdict(.metric(.charge, .less, 1))
        #expect(!charge.holds)
        var known = Self.report()
        known.received = ReceivedReports()
        known.averageCharge = 1.5
        #expect(try Self.verdict(.metric(.reportsDuplicated, .equal, 0), of: known).holds)
        #expect(
            try Self.verdict(.metric(.charge, .equal, 1.5), of: known).finding == "the charge on average was 1.5 mAh")
    }

    // MARK: Values

    private static func values() -> FleetReport {
        func extremes(_ device: String, _ quantity: String, _ range: ClosedRange<Double>?) -> FleetReport.Extremes {
            var extremes = FleetReport.Extremes(device: device, quantity: quantity)
            (extremes.minimum, extremes.maximum) = (range?.lowerBound, range?.upperBound)
            return extremes
        }
        var report = FleetReport(name: "values")
        report.extremes = [
            extremes("room-1", "temperature", 19.5...21), extremes("room-1", "humidity", 40...50),
            extremes("room-2", "temperature", 14...24), extremes("room-3", "temperature", 18...33.26),
            extremes("tank-1", "level", nil),
        ]
        return report
    }

    @Test(
        "Values are judged with the device that is worst",
        arguments: [
            ("temperature", "room-1", 15.0...30.0, true, "temperature was 19.5 to 21"),
            (
                "temperature", "room-*", 15...30, false,
                "temperature was 14 to 33.26: worst at room-3 with 33.26; 2 devices were outside"
            ),
            ("temperature", "room-2", 15...30, false, "temperature was 14 to 24: worst at room-2 with 14"),
            ("temperature", "*", 14...33.26, true, "temperature was 14 to 33.26"),
            ("temperature", "hall-*", 15...30, false, "no device with sensors is named hall-*"),
            (
                "pressure", "room-*", 0...1, false,
                "no device named room-* measures pressure; there is humidity, temperature"
            ),
            ("level", "tank-*", 0...1, false, "level had no value at any device named tank-*"),
        ] as [(String, String, ClosedRange<Double>, Bool, String)])
    func between(
        quantity: String, devices: String, range: ClosedRange<Double>, holds: Bool, finding: String
    ) throws {
        let verdict = try Self.verdict(.between(quantity: quantity, devices: devices, range), of: Self.values())
        #expect(verdict.holds == holds)
        #expect(verdict.finding == finding)
    }
}
