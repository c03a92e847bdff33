// SPDX-License-Identifier: Apache-2.0

// The registry's primary units (RFC 8428 §12.1, RFC 8798 §2), without those it advises against. Those and the secondary units
// of RFC 8798 §3, which a pack of version 10 must not hold, are read and converted (`conversionToPrimary`), not offered.
extension SenMLUnit {
    // Length, area, volume, mass.

    /// Metres.
    public static let metre = SenMLUnit(rawValue: "m")
    /// Square metres.
    public static let squareMetre = SenMLUnit(rawValue: "m2")
    /// Cubic metres.
    public static let cubicMetre = SenMLUnit(rawValue: "m3")
    /// Kilograms.
    public static let kilogram = SenMLUnit(rawValue: "kg")
    /// Kilograms per cubic metre, of density or concentration (RFC 8798).
    public static let kilogramPerCubicMetre = SenMLUnit(rawValue: "kg/m3")

    // Time and frequency.

    /// Seconds.
    public static let second = SenMLUnit(rawValue: "s")
    /// Hertz.
    public static let hertz = SenMLUnit(rawValue: "Hz")
    /// Events per second.
    public static let perSecond = SenMLUnit(rawValue: "1/s")

    // Motion and flow.

    /// Metres per second.
    public static let metrePerSecond = SenMLUnit(rawValue: "m/s")
    /// Metres per square second.
    public static let metrePerSquareSecond = SenMLUnit(rawValue: "m/s2")
    /// Cubic metres per second.
    public static let cubicMetrePerSecond = SenMLUnit(rawValue: "m3/s")
    /// Radians.
    public static let radian = SenMLUnit(rawValue: "rad")
    /// Steradians.
    public static let steradian = SenMLUnit(rawValue: "sr")
    /// Degrees of latitude (WGS 84).
    public static let latitude = SenMLUnit(rawValue: "lat")
    /// Degrees of longitude (WGS 84).
    public static let longitude = SenMLUnit(rawValue: "lon")

    // Force, pressure, energy.

    /// Newtons.
    public static let newton = SenMLUnit(rawValue: "N")
    /// Pascals.
    public static let pascal = SenMLUnit(rawValue: "Pa")
    /// Joules.
    public static let joule = SenMLUnit(rawValue: "J")
    /// Joules per metre (RFC 8798).
    public static let joulePerMetre = SenMLUnit(rawValue: "J/m")
    /// Watts.
    public static let watt = SenMLUnit(rawValue: "W")
    /// Watts per square metre.
    public static let wattPerSquareMetre = SenMLUnit(rawValue: "W/m2")

    // Electricity.

    /// Amperes.
    public static let ampere = SenMLUnit(rawValue: "A")
    /// Volts.
    public static let volt = SenMLUnit(rawValue: "V")
    /// Ohms.
    public static let ohm = SenMLUnit(rawValue: "Ohm")
    /// Siemens.
    public static let siemens = SenMLUnit(rawValue: "S")
    /// Siemens per metre.
    public static let siemensPerMetre = SenMLUnit(rawValue: "S/m")
    /// Coulombs.
    public static let coulomb = SenMLUnit(rawValue: "C")
    /// Farads.
    public static let farad = SenMLUnit(rawValue: "F")
    /// Henries.
    public static let henry = SenMLUnit(rawValue: "H")
    /// Teslas.
    public static let tesla = SenMLUnit(rawValue: "T")
    /// Webers.
    public static let weber = SenMLUnit(rawValue: "Wb")
    /// Volt-amperes of apparent power (RFC 8798).
    public static let voltAmpere = SenMLUnit(rawValue: "VA")
    /// Volt-ampere seconds of apparent energy (RFC 8798).
    public static let voltAmpereSecond = SenMLUnit(rawValue: "VAs")
    /// Volt-amperes of reactive power (RFC 8798).
    public static let voltAmpereReactive = SenMLUnit(rawValue: "var")
    /// Volt-ampere seconds of reactive energy (RFC 8798).
    public static let voltAmpereReactiveSecond = SenMLUnit(rawValue: "vars")

    // Temperature and air.

    /// Degrees Celsius.
    public static let celsius = SenMLUnit(rawValue: "Cel")
    /// Kelvins.
    public static let kelvin = SenMLUnit(rawValue: "K")
    /// Relative humidity in per cent.
    public static let relativeHumidity = SenMLUnit(rawValue: "%RH")

    // Light.

    /// Lux.
    public static let lux = SenMLUnit(rawValue: "lx")
    /// Lumens.
    public static let lumen = SenMLUnit(rawValue: "lm")
    /// Candelas.
    public static let candela = SenMLUnit(rawValue: "cd")
    /// Candelas per square metre.
    public static let candelaPerSquareMetre = SenMLUnit(rawValue: "cd/m2")

    // Chemistry and radiation.

    /// Moles.
    public static let mole = SenMLUnit(rawValue: "mol")
    /// Katals.
    public static let katal = SenMLUnit(rawValue: "kat")
    /// Acidity, as pH.
    public static let acidity = SenMLUnit(rawValue: "pH")
    /// Becquerels.
    public static let becquerel = SenMLUnit(rawValue: "Bq")
    /// Grays.
    public static let gray = SenMLUnit(rawValue: "Gy")
    /// Sieverts.
    public static let sievert = SenMLUnit(rawValue: "Sv")

    // Levels, counts, data.

    /// A ratio, as a rule from 0 to 1.
    public static let ratio = SenMLUnit(rawValue: "/")
    /// How many.
    public static let count = SenMLUnit(rawValue: "count")
    /// Decibels.
    public static let decibel = SenMLUnit(rawValue: "dB")
    /// Decibels relative to one watt.
    public static let decibelWatt = SenMLUnit(rawValue: "dBW")
    /// Bits.
    public static let bit = SenMLUnit(rawValue: "bit")
    /// Bits per second.
    public static let bitPerSecond = SenMLUnit(rawValue: "bit/s")
    /// Bytes (RFC 8798).
    public static let byte = SenMLUnit(rawValue: "B")
    /// The battery's charge in per cent.
    public static let batteryPercent = SenMLUnit(rawValue: "%EL")
    /// The time the battery will last, in seconds.
    public static let batterySeconds = SenMLUnit(rawValue: "EL")
}
