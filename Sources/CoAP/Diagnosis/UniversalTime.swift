// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Moments and spans of certificates, as a person reads them.
package enum UniversalTime {
    /// `2026-11-27 20:55:00 UTC`.
    package static func text(_ seconds: Int64) -> String {
        var (moment, parts) = (time_t(seconds), tm())
        guard gmtime_r(&moment, &parts) != nil else { return "\(seconds)" }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) \(two(parts.tm_hour)):"
            + "\(two(parts.tm_min)):\(two(parts.tm_sec)) UTC"
    }

    /// `3 days`, `2 hours`, `5 minutes`, `1 second`: the largest unit that fits.
    package static func span(_ seconds: Int64) -> String {
        let units: [(Int64, String)] = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")]
        let unit = units.first { seconds >= $0.0 } ?? (1, "second")
        let count = seconds / unit.0
        return "\(count) \(unit.1)\(count == 1 ? "" : "s")"
    }
}
