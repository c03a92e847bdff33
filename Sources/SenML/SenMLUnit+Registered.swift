// SPDX-License-Identifier: Apache-2.0

extension SenMLUnit {
    /// The units that a pack of version 10 may hold: the registry's primary ones (RFC 8428 §12.1, RFC 8798 §2), with those that RFC
    /// 8428 advises against.
    package static let registered: [SenMLUnit] =
        [
            .metre, .squareMetre, .cubicMetre, .kilogram, .kilogramPerCubicMetre, .second, .hertz, .perSecond,
            .metrePerSecond, .metrePerSquareSecond, .cubicMetrePerSecond, .radian, .steradian, .latitude, .longitude,
            .newton, .pascal, .joule, .joulePerMetre, .watt, .wattPerSquareMetre, .ampere, .volt, .ohm, .siemens,
            .siemensPerMetre, .coulomb, .farad, .henry, .tesla, .weber, .voltAmpere, .voltAmpereSecond,
            .voltAmpereReactive, .voltAmpereReactiveSecond, .celsius, .kelvin, .relativeHumidity, .lux, .lumen,
            .candela, .candelaPerSquareMetre, .mole, .katal, .acidity, .becquerel, .gray, .sievert, .ratio, .count,
            .decibel, .decibelWatt, .bit, .bitPerSecond, .byte, .batteryPercent, .batterySeconds,
        ]
        + ["g", "l", "l/s", "%", "1/min", "beat/min", "beats", "deg"].map(SenMLUnit.init(rawValue:))
}
