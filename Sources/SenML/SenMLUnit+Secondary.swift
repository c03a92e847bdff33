// SPDX-License-Identifier: Apache-2.0

// Units that are multiples of others: the secondary units of RFC 8798 §3, and those RFC 8428 §12.1 advises against.
extension SenMLUnit {
    /// How values in this unit become values in its primary unit; nil when it is a primary unit itself, or unknown.
    public var conversionToPrimary: SenMLUnitConversion? { Self.conversions[rawValue] }

    /// The symbols of the secondary units with what their values are in primary units (RFC 8798 §3, Table 3), and of the units
    /// RFC 8428 §12.1 and RFC 8798 §2 advise against that another unit stands for.
    private static let conversions: [String: SenMLUnitConversion] = [
        // RFC 8798.
        "ms": .init(to: .second, by: 1000), "min": .init(to: .second, times: 60),
        "h": .init(to: .second, times: 3600), "MHz": .init(to: .hertz, times: 1e6),
        "kW": .init(to: .watt, times: 1000), "kVA": .init(to: .voltAmpere, times: 1000),
        "kvar": .init(to: .voltAmpereReactive, times: 1000), "Ah": .init(to: .coulomb, times: 3600),
        "Wh": .init(to: .joule, times: 3600), "kWh": .init(to: .joule, times: 3.6e6),
        "varh": .init(to: .voltAmpereReactiveSecond, times: 3600),
        "kvarh": .init(to: .voltAmpereReactiveSecond, times: 3.6e6),
        "kVAh": .init(to: .voltAmpereSecond, times: 3.6e6), "Wh/km": .init(to: .joulePerMetre, times: 3600, by: 1000),
        "KiB": .init(to: .byte, times: 1024), "GB": .init(to: .byte, times: 1e9),
        "Mbit/s": .init(to: .bitPerSecond, times: 1e6), "B/s": .init(to: .bitPerSecond, times: 8),
        "MB/s": .init(to: .bitPerSecond, times: 8e6), "mV": .init(to: .volt, by: 1000),
        "mA": .init(to: .ampere, by: 1000), "dBm": .init(to: .decibelWatt, plus: -30),
        "ug/m3": .init(to: .kilogramPerCubicMetre, by: 1e9), "mm/h": .init(to: .metrePerSecond, by: 3.6e6),
        "m/h": .init(to: .metrePerSecond, by: 3600), "ppm": .init(to: .ratio, by: 1e6),
        "/100": .init(to: .ratio, by: 100), "/1000": .init(to: .ratio, by: 1000),
        "hPa": .init(to: .pascal, times: 100), "mm": .init(to: .metre, by: 1000), "cm": .init(to: .metre, by: 100),
        "km": .init(to: .metre, times: 1000), "km/h": .init(to: .metrePerSecond, times: 1000, by: 3600),
        // Advised against.
        "g": .init(to: .kilogram, by: 1000), "l": .init(to: .cubicMetre, by: 1000),
        "l/s": .init(to: .cubicMetrePerSecond, by: 1000), "%": .init(to: .ratio, by: 100),
        "1/min": .init(to: .perSecond, by: 60), "beat/min": .init(to: .perSecond, by: 60),
        "beats": .init(to: .count), "deg": .init(to: .radian, times: .pi, by: 180),
    ]

    /// The symbols of all units that ``conversionToPrimary`` knows.
    package static var convertible: [String] { conversions.keys.sorted() }
}
