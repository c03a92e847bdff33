// SPDX-License-Identifier: Apache-2.0

/// Dates in UTC as ISO 8601 has them, `2026-01-15T06:00:00Z`; the one of the last second is kept, since most times come often.
struct CSVDate {
    private var second = Int.min
    private var text: [UInt8] = []

    /// Appends a date, to the nearest millisecond.
    ///
    /// - Parameter time: seconds since 1970; what is beyond the years 0 to 9999 is shown as their end.
    mutating func append(_ time: Double, to buffer: inout [UInt8]) {
        let limited = min(253_402_300_799_999, max(-62_167_219_200_000, (time * 1000).rounded()))
        let milliseconds = limited.isNaN ? 0 : Int(limited)
        let rest = milliseconds % 1000
        let part = rest < 0 ? rest + 1000 : rest
        let whole = (milliseconds - part) / 1000
        if whole != second {
            second = whole
            text = Self.text(whole)
        }
        buffer += text
        if part > 0 {
            buffer.append(UInt8(ascii: "."))
            CSVNumber.append(UInt(part), width: 3, to: &buffer)
        }
        buffer.append(UInt8(ascii: "Z"))
    }

    /// Date and time without the zone.
    private static func text(_ second: Int) -> [UInt8] {
        let dayRest = second % 86_400
        let secondOfDay = dayRest < 0 ? dayRest + 86_400 : dayRest
        // Days since 0000-03-01, in eras of 400 years; years begin in March, so that the leap day is the last.
        let days = (second - secondOfDay) / 86_400 + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let fields = [
            (year, 4, "-"), (month, 2, "-"), (dayOfYear - (153 * shifted + 2) / 5 + 1, 2, "T"),
            (secondOfDay / 3600, 2, ":"),
            (secondOfDay / 60 % 60, 2, ":"), (secondOfDay % 60, 2, ""),
        ]
        var text: [UInt8] = []
        for (value, width, end) in fields {
            CSVNumber.append(UInt(value), width: width, to: &text)
            text += end.utf8
        }
        return text
    }
}
