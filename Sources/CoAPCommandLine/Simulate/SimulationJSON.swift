// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator
import SenML

/// The report of `coap simulate` as one JSON object, for scripts. The keys are always the same; what is not known is null.
enum SimulationJSON {
    /// The object.
    static func object(_ result: SimulationResult) -> JSONValue {
        let report = result.report
        let counters = report.counters
        func number(_ value: Int) -> JSONValue { .number(String(value)) }
        func maybe(_ value: Double?) -> JSONValue { value.map { JSONValue.number($0) } ?? .null }
        func counts(_ values: [String: JSONValue]) -> JSONValue {
            .object(values.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) })
        }
        func percentile(_ share: Double) -> JSONValue { maybe(report.latency.percentile(share).map { $0 * 1000 }) }
        return .object([
            .init("scenario", .string(report.name)),
            .init("seed", .number(String(result.seed))),
            .init("offline", .bool(result.isOffline)),
            .init("interrupted", .bool(result.isCutShort)),
            .init("devices", number(report.devices)),
            .init("simulatedSeconds", .number(report.simulated)),
            .init("elapsedSeconds", .number(report.elapsed)),
            .init("values", number(report.samples)),
            .init(
                "handshakes",
                .object([
                    .init("done", number(counters.handshakes)), .init("failed", number(counters.handshakesFailed)),
                    .init("perSecond", result.isOffline ? .null : maybe(result.handshakesPerSecond)),
                    .init("allUpAfterSeconds", maybe(result.allUpAfter)),
                    .init("devicesUp", number(counters.devicesUp)),
                ])),
            .init(
                "reports",
                .object([
                    .init("made", number(counters.reportsMade)), .init("sent", number(counters.reportsSent)),
                    .init("delivered", number(counters.reportsDelivered)), .init("lost", number(counters.reportsLost)),
                    .init("waiting", number(counters.reportsWaiting)),
                    .init("received", report.received.map { number($0.count) } ?? .null),
                    .init("duplicates", report.received.map { number($0.duplicates) } ?? .null),
                ])),
            .init("writesRefused", number(counters.writesRefused)),
            .init(
                "latencyMilliseconds",
                .object([
                    .init("count", number(report.latency.count)), .init("p50", percentile(0.5)),
                    .init("p90", percentile(0.9)), .init("p99", percentile(0.99)), .init("max", percentile(1)),
                ])),
            .init("errors", counts(counters.errors.mapValues { number($0) })),
            .init("chargeMilliampereHours", counts(report.charge.mapValues { .number($0) })),
            .init("bytesPerDevice", result.bytesPerDevice.map(number) ?? .null),
            .init("extremes", .array(report.extremes.map(extremes))),
            .init("assertions", .array(report.verdicts.map(verdict))),
            .init("holds", .bool(report.holds)),
        ])
    }

    private static func extremes(_ extremes: FleetReport.Extremes) -> JSONValue {
        .object([
            .init("device", .string(extremes.device)), .init("quantity", .string(extremes.quantity)),
            .init("count", .number(String(extremes.count))), .init("invalid", .number(String(extremes.invalid))),
            .init("minimum", extremes.minimum.map { JSONValue.number($0) } ?? .null),
            .init("maximum", extremes.maximum.map { JSONValue.number($0) } ?? .null),
        ])
    }

    private static func verdict(_ verdict: FleetReport.Verdict) -> JSONValue {
        .object([
            .init("assertion", .string(verdict.assertion.text)),
            .init("line", verdict.assertion.line.map { .number(String($0)) } ?? .null),
            .init("holds", .bool(verdict.holds)), .init("finding", .string(verdict.finding)),
        ])
    }
}
