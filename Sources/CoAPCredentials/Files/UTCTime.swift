// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Moments as files have them: `2026-12-04T12:00:00Z` (ISO 8601, universal time).
enum UTCTime {
    /// The text of a moment in seconds since 1970.
    static func text(_ seconds: Int64) -> String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(CalendarDate(seconds))T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
    }

    /// The moment in seconds since 1970; nil for anything that ``text(_:)`` would not write.
    static func seconds(_ text: String) -> Int64? {
        let digits = text.utf8.map { 48...57 ~= $0 ? Int32($0) - 48 : -1 }
        guard digits.count == 20 else { return nil }
        func number(_ start: Int, _ count: Int) -> Int32 {
            digits[start..<start + count].reduce(0) { $0 < 0 || $1 < 0 ? -1 : $0 * 10 + $1 }
        }
        var parts = tm()
        parts.tm_year = number(0, 4) - 1900
        parts.tm_mon = number(5, 2) - 1
        parts.tm_mday = number(8, 2)
        parts.tm_hour = number(11, 2)
        parts.tm_min = number(14, 2)
        parts.tm_sec = number(17, 2)
        let seconds = Int64(timegm(&parts))
        // What is no digit, no date or no separator does not come out as it went in.
        return Self.text(seconds) == text ? seconds : nil
    }
}
