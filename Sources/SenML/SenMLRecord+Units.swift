// SPDX-License-Identifier: Apache-2.0

extension SenMLRecord {
    /// The reading in the primary unit where it is in a secondary one (RFC 8798 §3); else the record as it is.
    ///
    /// It is for records that stand for themselves, as ``SenMLPack/resolved(now:)`` makes them: one that has base fields, which
    /// others may build upon, stays as it is, and so does one whose value is no number. A sum in a unit with an offset, `dBm`,
    /// stays too: it does not tell for how long the offset is to be added.
    public func inPrimaryUnit() -> SenMLRecord {
        guard let conversion = unit?.conversionToPrimary, baseUnit == nil, baseValue == nil, baseSum == nil,
            sum == nil || conversion.offset == 0
        else { return self }
        var converted = self
        converted.unit = conversion.unit
        switch value {
        case .number(let number): converted.value = .number(conversion.convert(number))
        case nil: break
        default: return self
        }
        converted.sum = sum.map(conversion.convert)
        return converted
    }
}
