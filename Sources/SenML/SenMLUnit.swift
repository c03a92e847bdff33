// SPDX-License-Identifier: Apache-2.0

/// A unit of the SenML registry (RFC 8428 §12.1), or any other by its symbol.
public struct SenMLUnit: RawRepresentable, Hashable, Sendable {
    /// The unit's symbol, `Cel`.
    public let rawValue: String

    /// A unit by its symbol.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The symbol as people write it, `°C`.
    public var displayed: String {
        switch self {
        case .celsius: "°C"
        case .relativeHumidity: "%RH"
        default: rawValue
        }
    }
}
