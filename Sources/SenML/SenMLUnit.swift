// SPDX-License-Identifier: Apache-2.0

/// A unit of the SenML registry (RFC 8428 §12.1).
public struct SenMLUnit: RawRepresentable, Hashable, Sendable {
    /// The unit's symbol, `Cel`.
    public let rawValue: String

    /// A unit by its symbol.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Degrees Celsius.
    public static let celsius = SenMLUnit(rawValue: "Cel")
    /// Relative humidity in per cent.
    public static let relativeHumidity = SenMLUnit(rawValue: "%RH")
    /// Seconds.
    public static let second = SenMLUnit(rawValue: "s")
    /// Lux.
    public static let lux = SenMLUnit(rawValue: "lx")
    /// Watts.
    public static let watt = SenMLUnit(rawValue: "W")
    /// Pascals.
    public static let pascal = SenMLUnit(rawValue: "Pa")
    /// A ratio, as a rule from 0 to 1.
    public static let ratio = SenMLUnit(rawValue: "/")
    /// The battery's charge in per cent.
    public static let batteryPercent = SenMLUnit(rawValue: "%EL")

    /// The symbol as people write it, `°C`.
    public var displayed: String {
        switch self {
        case .celsius: "°C"
        case .relativeHumidity: "%RH"
        default: rawValue
        }
    }
}
