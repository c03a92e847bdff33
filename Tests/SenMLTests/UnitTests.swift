// SPDX-License-Identifier: Apache-2.0

import SenML
import Testing

@Suite("SenML units (RFC 8428 §12.1, RFC 8798)")
struct UnitTests {
    /// RFC 8798 §3, Table 3: symbol, primary unit, and what one is in it.
    static let secondary: [(String, String, Double)] = [
        ("ms", "s", 0.001), ("min", "s", 60), ("h", "s", 3600), ("MHz", "Hz", 1_000_000), ("kW", "W", 1000),
        ("kVA", "VA", 1000), ("kvar", "var", 1000), ("Ah", "C", 3600), ("Wh", "J", 3600), ("kWh", "J", 3_600_000),
        ("varh", "vars", 3600), ("kvarh", "vars", 3_600_000), ("kVAh", "VAs", 3_600_000), ("Wh/km", "J/m", 3.6),
        ("KiB", "B", 1024), ("GB", "B", 1e9), ("Mbit/s", "bit/s", 1_000_000), ("B/s", "bit/s", 8),
        ("MB/s", "bit/s", 8_000_000), ("mV", "V", 0.001), ("mA", "A", 0.001), ("dBm", "dBW", -29),
        ("ug/m3", "kg/m3", 1e-9),
        ("mm/h", "m/s", 1 / 3_600_000), ("m/h", "m/s", 1 / 3600), ("ppm", "/", 1e-6), ("/100", "/", 0.01),
        ("/1000", "/", 0.001), ("hPa", "Pa", 100), ("mm", "m", 0.001), ("cm", "m", 0.01), ("km", "m", 1000),
        ("km/h", "m/s", 1 / 3.6),
    ]

    @Test("Secondary units become primary ones", arguments: secondary)
    func conversion(symbol: String, primary: String, one: Double) throws {
        let conversion = try #require(SenMLUnit(rawValue: symbol).conversionToPrimary)
        #expect(conversion.unit.rawValue == primary)
        #expect(conversion.convert(1) == one)
        #expect(conversion.unit.conversionToPrimary == nil)
    }

    @Test("Besides those of RFC 8798, only the units that RFC 8428 advises against are converted")
    func complete() {
        let others: Set = ["g", "l", "l/s", "%", "1/min", "beat/min", "beats", "deg"]
        #expect(Set(SenMLUnit.convertible) == others.union(Self.secondary.map(\.0)))
        #expect(SenMLUnit.celsius.conversionToPrimary == nil)
        #expect(SenMLUnit(rawValue: "furlong").conversionToPrimary == nil)
        #expect(SenMLUnit(rawValue: "%").conversionToPrimary?.convert(50) == 0.5)
    }

    @Test("The primary units of RFC 8428 and RFC 8798 have their symbols")
    func registry() {
        let units: [SenMLUnit] = [
            .metre, .kilogram, .second, .ampere, .kelvin, .candela, .mole, .hertz, .radian, .steradian, .newton,
            .pascal,
            .joule, .watt, .coulomb, .volt, .farad, .ohm, .siemens, .weber, .tesla, .henry, .celsius, .lumen, .lux,
            .becquerel, .gray, .sievert, .katal, .squareMetre, .cubicMetre, .metrePerSecond, .metrePerSquareSecond,
            .cubicMetrePerSecond, .wattPerSquareMetre, .candelaPerSquareMetre, .bit, .bitPerSecond, .latitude,
            .longitude,
            .acidity, .decibel, .decibelWatt, .count, .ratio, .relativeHumidity, .batteryPercent, .batterySeconds,
            .perSecond,
            .siemensPerMetre, .byte, .voltAmpere, .voltAmpereSecond, .voltAmpereReactive, .voltAmpereReactiveSecond,
            .joulePerMetre, .kilogramPerCubicMetre,
        ]
        #expect(
            units.map(\.rawValue).joined(separator: " ")
                == "m kg s A K cd mol Hz rad sr N Pa J W C V F Ohm S Wb T H Cel lm lx Bq Gy Sv kat m2 m3 m/s m/s2 m3/s W/m2 "
                + "cd/m2 bit bit/s lat lon pH dB dBW count / %RH %EL EL 1/s S/m B VA VAs var vars J/m kg/m3")
    }

    @Test("A reading is put into its primary unit")
    func records() {
        let speed = SenMLRecord(
            name: "v", unit: SenMLUnit(rawValue: "km/h"), value: .number(36), sum: 72, time: 2e9, updateTime: 5)
        let converted = SenMLRecord(
            name: "v", unit: .metrePerSecond, value: .number(10), sum: 20, time: 2e9, updateTime: 5)
        #expect(speed.inPrimaryUnit() == converted)
        #expect(converted.inPrimaryUnit() == converted)
    }

    @Test(
        "What cannot be converted stays as it is",
        arguments: [
            SenMLRecord(name: "a", value: .number(1)),
            SenMLRecord(unit: SenMLUnit(rawValue: "km"), value: .string("far")),
            SenMLRecord(baseValue: 1, unit: SenMLUnit(rawValue: "km"), value: .number(1)),
            SenMLRecord(unit: SenMLUnit(rawValue: "dBm"), value: .number(1), sum: 2),
        ])
    func unchanged(record: SenMLRecord) { #expect(record.inPrimaryUnit() == record) }
}
