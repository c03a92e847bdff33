// SPDX-License-Identifier: Apache-2.0

/// Durations as people write them: `20ms`, `90s`, `1.5m` or `1.5min`, `2h`, `7d`.
enum DurationText {
    private static let units: [(name: String, seconds: Double)] = [
        ("ms", 0.001), ("s", 1), ("m", 60), ("min", 60), ("h", 3600), ("d", 86_400),
    ]

    /// A duration up to ten years; nil for anything else. A number without a unit is none, but zero.
    static func parse(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        // The first one that fits: a number before the m of ms is none.
        for unit in units where text.hasSuffix(unit.name) {
            let number = text.dropLast(unit.name.count)
            guard !number.isEmpty, number.utf8.allSatisfy({ 48...57 ~= $0 || $0 == UInt8(ascii: ".") }),
                let value = Double(number), value * unit.seconds <= 315_360_000
            else { return nil }
            return .seconds(value * unit.seconds)
        }
        return nil
    }
}
