// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// When something is to end, as people write it: after `90s`, at `18:30`, at `2026-11-24T18:30:00Z`.
enum MomentText {
    /// How long it is until then.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` for what is no time, or has passed.
    static func parse(_ text: String, now: Date = Date(), calendar: Calendar = .current) throws(CoAPError) -> Duration {
        if let duration = DurationText.parse(text), duration > .zero { return duration }
        if let date = ISO8601DateFormatter().date(from: text) {
            guard date > now else {
                throw CoAPError(.invalidArgument, "--until '\(PrintableText.escaped(text.utf8))' has passed")
            }
            return .seconds(date.timeIntervalSince(now))
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { part -> Int? in
            part.count == 2 && part.utf8.allSatisfy { 48...57 ~= $0 } ? Int(part) : nil
        }
        if parts.count == 2 || parts.count == 3, let hour = parts[0], let minute = parts[1],
            let second = parts.count == 3 ? parts[2] : 0, hour < 24, minute < 60, second < 60,
            let date = calendar.nextDate(
                after: now, matching: DateComponents(hour: hour, minute: minute, second: second),
                matchingPolicy: .nextTime)
        {
            return .seconds(date.timeIntervalSince(now))
        }
        throw CoAPError(
            .invalidArgument,
            "--until '\(PrintableText.escaped(text.utf8))' is no time: write 90s, 2m, 1h, 18:30, or 2026-11-24T18:30:00Z"
        )
    }
}
