// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import Foundation

/// The report of `coap simulate` for people.
enum SimulationText {
    /// The report, with a line for each assertion.
    static func report(_ result: SimulationResult) -> String {
        let report = result.report
        var lines = [
            "\(report.name): \(number(report.devices, "device")), \(time(report.simulated)) simulated in "
                + "\(time(report.elapsed)), seed \(result.seed)" + (result.isCutShort ? ", interrupted" : "")
        ]
        func line(_ name: String, _ text: String) {
            lines.append("  " + name + String(repeating: " ", count: max(1, 12 - name.count)) + text)
        }
        let counters = report.counters
        if !result.isOffline {
            var handshakes = "\(counters.handshakes) done, \(counters.handshakesFailed) failed"
            if counters.handshakes > 0, let rate = result.handshakesPerSecond {
                handshakes +=
                    result.allUpAfter.map { "; all devices up after \(time($0)), \(rounded(rate))/s" }
                    ?? ", \(rounded(rate))/s"
            }
            line("handshakes", handshakes)
            line(
                "reports",
                "\(counters.reportsMade) made, \(counters.reportsSent) sent, \(counters.reportsDelivered) delivered, "
                    + "\(counters.reportsLost) lost, \(counters.reportsWaiting) waiting")
            if let received = report.received {
                line("received", "\(received.count) by the server, \(received.duplicates) of them came again")
            }
            line("latency", latency(report.latency))
        }
        line("values", "\(report.samples) taken")
        if counters.writesRefused > 0 { line("writes", "\(counters.writesRefused) refused") }
        if !result.isOffline {
            line("errors", errors(counters.errors) ?? "none")
            if let reason = counters.handshakeReasons.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) {
                line("", "handshakes failed, mostly: \(PrintableText.escaped(reason.key.utf8))")
            }
            for (group, charge) in report.charge.sorted(by: { $0.key < $1.key }) {
                line("charge", "\(Self.charge(charge)) a device, \(group)")
            }
        }
        if let bytes = result.bytesPerDevice {
            let what = result.hasOwnServer ? "a device, with the server's part" : "a device"
            line("memory", "\(rounded(Double(bytes) / 1024)) KiB \(what)")
        }
        return (lines + verdicts(report)).joined(separator: "\n") + "\n"
    }

    /// A line for each assertion: whether it held, and what was found.
    private static func verdicts(_ report: FleetReport) -> [String] {
        guard !report.verdicts.isEmpty else { return ["no assertions"] }
        let failed = report.verdicts.count { !$0.holds }
        let lines = report.verdicts.map { verdict in
            "  \(verdict.holds ? "ok    " : "FAILED")  \(verdict.assertion.text): \(verdict.finding)"
        }
        return ["\(number(report.verdicts.count, "assertion")), \(failed) failed"] + lines
    }

    /// The percentiles in words; `none` without an answer.
    static func latency(_ latency: LatencyHistogram) -> String {
        let shares = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1)]
        let parts = shares.compactMap { name, share in latency.percentile(share).map { "\(name) \(milliseconds($0))" } }
        return parts.isEmpty ? "no answers" : parts.joined(separator: ", ")
    }

    /// Errors by kind, the most frequent first; nil without any.
    static func errors(_ errors: [String: Int]) -> String? {
        guard !errors.isEmpty else { return nil }
        let sorted = errors.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return sorted.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    /// `1 device`, `200 devices`.
    static func number(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }

    /// Seconds in the unit a person would take.
    static func time(_ seconds: Double) -> String {
        switch seconds {
        case ..<0.9995: "\(rounded(seconds * 1000)) ms"
        case ..<120: "\(rounded(seconds)) s"
        case 3600: "1 h"
        case ..<7200: "\(rounded(seconds / 60)) min"
        default: "\(rounded(seconds / 3600)) h"
        }
    }

    /// Milliampere-hours in the unit a person would take.
    static func charge(_ milliampereHours: Double) -> String {
        switch milliampereHours {
        case ..<0.000_999_5: "\(rounded(milliampereHours * 1e6)) nAh"
        case ..<0.999_5: "\(rounded(milliampereHours * 1e3)) µAh"
        default: "\(rounded(milliampereHours)) mAh"
        }
    }

    private static func milliseconds(_ seconds: Double) -> String { "\(rounded(seconds * 1000)) ms" }

    /// Three digits, or all before the point.
    static func rounded(_ value: Double) -> String {
        let digits = abs(value) < 10 ? 2 : abs(value) < 100 ? 1 : 0
        var text = String(format: "%.\(digits)f", value)
        if text.contains(".") {
            while text.last == "0" { text.removeLast() }
            if text.last == "." { text.removeLast() }
        }
        return text
    }
}
