// SPDX-License-Identifier: Apache-2.0

/// One record of a SenML pack (RFC 8428 §4): a reading, and what holds for it and those after it.
public struct SenMLRecord: Hashable, Sendable {
    /// What a record holds (RFC 8428 §4.2).
    public enum Value: Hashable, Sendable {
        /// `v`: a finite number.
        case number(Double)
        /// `vs`: text.
        case string(String)
        /// `vb`: true or false.
        case bool(Bool)
        /// `vd`: bytes, base64url on the wire.
        case data([UInt8])
    }

    /// `bn`: stands before the names from here on (§4.1).
    public var baseName: String?
    /// `bt`: seconds, added to the times from here on (§4.1, §4.5.3).
    public var baseTime: Double?
    /// `bu`: the unit from here on where a record names none (§4.1).
    public var baseUnit: SenMLUnit?
    /// `bv`: added to the numbers from here on, in their unit (§4.1).
    public var baseValue: Double?
    /// `bs`: added to the sums from here on, in their unit (§4.1).
    public var baseSum: Double?
    /// `bver`: the version of the format, 1 to 10, the same in every record that names one; 10 where none does (§4.1, §4.4).
    public var baseVersion: Int?
    /// `n`: the name; behind the base name it is letters, digits and `-:./_`, and begins with a letter or digit
    /// (§4.2, §4.5.1).
    public var name: String?
    /// `u`: the unit (§4.2, §12.1).
    public var unit: SenMLUnit?
    /// `v`, `vs`, `vb` or `vd`; nil in a record that has only base fields or a sum (§4.2).
    public var value: Value?
    /// `s`: the value integrated over time, in the unit times seconds (§4.2).
    public var sum: Double?
    /// `t`: seconds since 1970, or from now for numbers below 2^28; added to the base time (§4.2, §4.5.3).
    public var time: Double?
    /// `ut`: the seconds after which a new reading is to be expected at the latest (§4.2).
    public var updateTime: Double?

    /// A record with these fields; numbers must be finite for the record to be written.
    public init(
        baseName: String? = nil, baseTime: Double? = nil, baseUnit: SenMLUnit? = nil, baseValue: Double? = nil,
        baseSum: Double? = nil, baseVersion: Int? = nil, name: String? = nil, unit: SenMLUnit? = nil,
        value: Value? = nil, sum: Double? = nil, time: Double? = nil, updateTime: Double? = nil
    ) {
        self.baseName = baseName
        self.baseTime = baseTime
        self.baseUnit = baseUnit
        self.baseValue = baseValue
        self.baseSum = baseSum
        self.baseVersion = baseVersion
        self.name = name
        self.unit = unit
        self.value = value
        self.sum = sum
        self.time = time
        self.updateTime = updateTime
    }
}
