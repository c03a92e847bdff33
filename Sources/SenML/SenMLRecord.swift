// SPDX-License-Identifier: Apache-2.0

/// One record of a SenML pack (RFC 8428 §4): a reading, and what holds for it and those after it.
public struct SenMLRecord: Hashable, Sendable {
    /// What a record holds (RFC 8428 §4.2).
    public enum Value: Hashable, Sendable {
        /// `v`.
        case number(Double)
        /// `vs`.
        case string(String)
        /// `vb`.
        case bool(Bool)
        /// `vd`: bytes, base64url on the wire.
        case data([UInt8])
    }

    /// `bn`: stands before the names from here on.
    public var baseName: String?
    /// `bt`: seconds, added to the times from here on.
    public var baseTime: Double?
    /// `bu`: the unit from here on where a record names none.
    public var baseUnit: SenMLUnit?
    /// `bv`: added to the numbers from here on.
    public var baseValue: Double?
    /// `bs`: added to the sums from here on.
    public var baseSum: Double?
    /// `bver`: the version of the format, 10 where none is given.
    public var baseVersion: Int?
    /// `n`: the name.
    public var name: String?
    /// `u`: the unit.
    public var unit: SenMLUnit?
    /// `v`, `vs`, `vb` or `vd`.
    public var value: Value?
    /// `s`: the value integrated over time.
    public var sum: Double?
    /// `t`: seconds since 1970, or from now for numbers below 2^28.
    public var time: Double?
    /// `ut`: the seconds after which a new reading is to be expected at the latest.
    public var updateTime: Double?

    /// A record with a reading.
    public init(name: String? = nil, unit: SenMLUnit? = nil, value: Value? = nil, time: Double? = nil) {
        self.name = name
        self.unit = unit
        self.value = value
        self.time = time
    }
}
