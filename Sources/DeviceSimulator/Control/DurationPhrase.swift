// SPDX-License-Identifier: Apache-2.0

/// Times as people say them: `30 s`, `250 ms`, `1.5 min`, `2 h`, `1 day`.
enum DurationPhrase {
    private static let units: [(name: String, seconds: Double)] = [
        ("ms", 0.001), ("s", 1), ("min", 60), ("m", 60), ("h", 3_600), ("d", 86_400), ("day", 86_400), ("days", 86_400),
    ]

    /// What can be written.
    static let help = "30 s, 250 ms, 5 min, 2 h or 1 d"

    /// A time in seconds, with or without a space before its unit; nil for anything else. A number alone is none.
    static func seconds(_ text: some StringProtocol) -> Double? {
        let text = String(text).filter { $0 != " " }
        let number = text.prefix { $0.isNumber || $0 == "." }
        guard let value = Double(number), value.isFinite,
            let unit = units.first(where: { $0.name == text.dropFirst(number.count) })
        else { return nil }
        return value * unit.seconds
    }

    /// A time as it is said shortest.
    static func text(_ seconds: Double) -> String {
        for (name, size) in [("h", 3_600.0), ("min", 60)]
        where seconds >= size && seconds.remainder(dividingBy: size) == 0 {
            return "\(number(seconds / size)) \(name)"
        }
        return seconds < 1 && seconds > 0 ? "\(number(seconds * 1_000)) ms" : "\(number(seconds)) s"
    }

    /// A number without a needless point.
    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
