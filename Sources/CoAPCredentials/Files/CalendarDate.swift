// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A day, for messages: `2026-11-24`.
struct CalendarDate: CustomStringConvertible {
    let description: String

    /// The day, in universal time, of a moment in seconds since 1970.
    init(_ seconds: Int64) {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        description = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    }
}
