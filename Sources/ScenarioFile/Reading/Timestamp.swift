// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Dates and times of day as they stand in files (RFC 3339).
enum Timestamp {
    /// Seconds since 1970 of `2026-01-15`, `2026-01-15T06:00:00Z` or `2026-01-15T06:00:00+01:00`; nil for other texts.
    static func seconds(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            (1970...2199).contains(year), (1...12).contains(month),
            (1...days(in: month, of: year)).contains(day)
        else { return nil }
        let midnight = Double(daysSince1970(year, month, day)) * 86_400
        guard bytes.count > 10 else { return midnight }
        // The time up to seconds, then Z or an offset.
        guard bytes.count >= 17, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t") || bytes[10] == 0x20
        else { return nil }
        let zoneStart = bytes[11...].firstIndex { $0 != UInt8(ascii: ":") && !(0x30...0x39).contains($0) }
        guard let zoneStart, let time = timeOfDay(bytes[11..<zoneStart], allowsSeconds: true) else { return nil }
        let zone = bytes[zoneStart...]
        if zone.count == 1, zone.first == UInt8(ascii: "Z") || zone.first == UInt8(ascii: "z") {
            return midnight + time
        }
        guard zone.count == 6, let offset = timeOfDay(zone.dropFirst(), allowsSeconds: false) else { return nil }
        switch zone.first {
        case UInt8(ascii: "+"): return midnight + time - offset
        case UInt8(ascii: "-"): return midnight + time + offset
        default: return nil
        }
    }

    /// Seconds since midnight of `08:00` or `08:00:30`; nil for other texts.
    static func timeOfDay(_ text: String) -> Double? { timeOfDay(Array(text.utf8)[...], allowsSeconds: true) }

    /// `2026-01-15T06:00:00Z`.
    static func text(_ seconds: Double) -> String {
        var time = time_t(seconds.rounded())
        var parts = tm()
        gmtime_r(&time, &parts)
        func padded(_ number: Int32, _ width: Int) -> String {
            let digits = "\(number)"
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))T"
            + "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))Z"
    }

    /// `08:00`, or `08:00:30` where there are seconds.
    static func timeOfDayText(_ seconds: Double) -> String {
        let text = text(seconds).dropFirst(11).dropLast()
        return String(text.hasSuffix(":00") ? text.dropLast(3) : text)
    }

    private static func timeOfDay(_ bytes: ArraySlice<UInt8>, allowsSeconds: Bool) -> Double? {
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3 && allowsSeconds, parts.allSatisfy({ $0.count == 2 }),
            let hours = number(parts[0]), let minutes = number(parts[1]), hours < 24, minutes < 60
        else { return nil }
        guard parts.count == 3 else { return Double(hours * 3600 + minutes * 60) }
        guard let seconds = number(parts[2]), seconds < 60 else { return nil }
        return Double(hours * 3600 + minutes * 60 + seconds)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        // Years that begin in March have their odd day at the end.
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
