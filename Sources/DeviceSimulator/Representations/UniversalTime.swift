// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Dates as ISO 8601 writes them.
enum UniversalTime {
    /// `2026-01-15T06:00:03Z` of seconds since 1970.
    static func text(_ seconds: Double) -> String {
        var time = time_t(max(-6e10, min(2e11, seconds.rounded(.down))))
        var parts = tm()
        gmtime_r(&time, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        return "\(date)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
    }
}
