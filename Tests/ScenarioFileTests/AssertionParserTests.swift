// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator
import Testing

@testable import ScenarioFile

@Suite("Sentences of assertions")
struct AssertionParserTests {
    static let understood: [(String, Assertion.Check)] = [
        ("p99 latency < 500 ms", .metric(.latency(percentile: 0.99), .less, 0.5)),
        ("p50 latency <= 20 ms", .metric(.latency(percentile: 0.5), .atMost, 0.02)),
        ("p99.9  latency < 2 s", .metric(.latency(percentile: 0.999), .less, 2)),
        ("reports lost == 0", .metric(.reportsLost, .equal, 0)),
        ("reports lost of pump-* == 0", .reports(.lost, devices: "pump-*", .equal, 0)),
        ("reports delivered >= 1000", .metric(.reportsDelivered, .atLeast, 1000)),
        ("reports made > 5", .metric(.reportsMade, .more, 5)),
        ("reports duplicated != 5", .metric(.reportsDuplicated, .notEqual, 5)),
        ("reports waiting < 5", .metric(.reportsWaiting, .less, 5)),
        ("handshakes < 9", .metric(.handshakes, .less, 9)),
        ("handshakes failed == 0", .metric(.handshakesFailed, .equal, 0)),
        ("errors == 0", .metric(.errors, .equal, 0)), ("devices up == 200", .metric(.devicesUp, .equal, 200)),
        ("writes refused == 0", .metric(.writesRefused, .equal, 0)),
        ("charge < 2 mAh", .metric(.charge, .less, 2)), ("charge < 0.002 Ah", .metric(.charge, .less, 2)),
        (
            "temperature of room-* between 15 and 30",
            .between(quantity: "temperature", devices: "room-*", 15...30)
        ), ("level of tank between -1.5 and 2", .between(quantity: "level", devices: "tank", -1.5...2)),
    ]

    @Test("What can be written is understood", arguments: understood)
    func parses(text: String, check: Assertion.Check) {
        guard case .success(let parsed) = AssertionParser.parse(text) else {
            Issue.record("not understood: \(text)")
            return
        }
        // 99.9 / 100 is not 0.999 to the last bit.
        if case .metric(.latency(let share), let comparison, let value) = parsed,
            case .metric(.latency(let wanted), comparison, value) = check
        {
            #expect(abs(share - wanted) < 1e-12)
        } else {
            #expect(parsed == check)
        }
    }

    @Test(
        "What is not understood is answered with what can be written",
        arguments: [
            ("everything is fine", "'reports lost == 0'"), ("", "compares nothing"),
            ("reports lost = 0", "'==' is meant"), ("reports lost => 0", "one of < <= == != >= >"),
            ("reports lost==0", "a space on each side"), ("reports lots == 0", "'reports lost' is meant"),
            ("reports lost ==", "no value"), ("reports lost == none", "no count"), ("errors == 1.5", "no count"),
            ("errors == -1", "no count"), ("reports lots of pump-* == 0", "made, delivered"),
            ("reports lost of pump-* == 0.5", "no count"), ("reports lost of pump-*", "reports lost of pump-* == 0"),
            ("p99 latency < 500", "has no unit"),
            ("p99 latency < 5 parsecs", "no unit of"),
            ("p0 latency < 5 s", "no percentile"), ("p101 latency < 5 s", "no percentile"),
            ("latency < 5 s", "p50 latency, p99 latency"), ("charge < 2 V", "mAh"),
            ("temperature of room-* between 15 und 30", "QUANTITY of DEVICES"),
            ("temperature between 15 and 30", "QUANTITY of DEVICES"),
            ("temperature of room-* between 15 Cel and 30", "QUANTITY of DEVICES"),
            ("temperature of room-* between x and 30", "two numbers"),
            ("temperature of room-* between 30 and 15", "smaller bound first"),
        ])
    func refuses(text: String, part: String) {
        guard case .failure(let refusal) = AssertionParser.parse(text) else {
            Issue.record("understood: \(text)")
            return
        }
        #expect(refusal.reason.contains(part), "\(refusal.reason)")
    }
}
