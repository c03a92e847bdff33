// SPDX-License-Identifier: Apache-2.0

/// A kind of number that is written with its unit, such as `5 s`.
struct Measure {
    /// What it is, for errors, with its article.
    let name: String
    /// What may be written.
    let example: String
    /// What a value in each unit is multiplied by.
    let units: [(symbol: String, factor: Double)]
    /// What a number without a unit is multiplied by; nil refuses one other than 0.
    let bare: Double?

    /// In seconds.
    static let duration = Measure(
        name: "a time", example: "250 ms, 5 s, 10 min, 1 h or 2 d",
        units: [("ms", 0.001), ("s", 1), ("min", 60), ("h", 3600), ("d", 86_400)], bare: nil)
    /// In seconds; numbers are seconds.
    static let seconds = Measure(
        name: "a time", example: "seconds, or 250 ms, 5 s, 10 min, 1 h or 2 d", units: duration.units, bare: 1)
    /// From 0 to 1.
    static let share = Measure(name: "a share", example: "1 % or 0.01", units: [("%", 0.01)], bare: 1)
    /// In times an hour.
    static let rate = Measure(
        name: "a rate", example: "2 /h, 1 /min or 3 /day",
        units: [("/s", 3600), ("/min", 60), ("/h", 1), ("/day", 1.0 / 24)], bare: nil)
    /// In bits a second.
    static let bitRate = Measure(
        name: "a bit rate", example: "250 kbit/s or 1 Mbit/s", units: [("bit/s", 1), ("kbit/s", 1e3), ("Mbit/s", 1e6)],
        bare: nil)
    /// In bytes.
    static let size = Measure(name: "a size", example: "1280 or 1280 B", units: [("B", 1), ("KiB", 1024)], bare: 1)
    /// In milliamperes.
    static let current = Measure(
        name: "a current", example: "17 mA or 2 uA", units: [("uA", 0.001), ("mA", 1), ("A", 1000)], bare: nil)
    /// In milliampere-hours.
    static let charge = Measure(
        name: "a charge", example: "1200 mAh or 1.2 Ah", units: [("mAh", 1), ("Ah", 1000)], bare: 1)

    /// What a text amounts to.
    enum Reading: Equatable {
        case value(Double)
        /// It is not written so.
        case malformed
        /// The number stands without a unit.
        case bareNumber
        /// The unit is none of these.
        case unknownUnit(String)
    }

    func read(_ text: String) -> Reading {
        guard let (number, rest) = PlainNumber.prefix(of: text) else { return .malformed }
        let symbol = rest.drop { $0 == " " }
        guard !symbol.isEmpty else {
            guard let bare else { return number == 0 ? .value(0) : .bareNumber }
            return .value(number * bare)
        }
        guard let unit = units.first(where: { $0.symbol == symbol }) else { return .unknownUnit(String(symbol)) }
        // Divided where that is exact: 20 ms is 0.02 s and 0.5 % 0.005, to the last bit.
        let inverse = (1 / unit.factor).rounded()
        return .value(unit.factor < 1 && unit.factor == 1 / inverse ? number / inverse : number * unit.factor)
    }
}
