// SPDX-License-Identifier: Apache-2.0

// A record as a list of labelled fields: what JSON, CBOR and Codable have in common.
extension SenMLRecord {
    /// The fields that are there, in the order they are written in.
    var fields: [(label: SenMLLabel, field: SenMLField)] {
        var fields: [(SenMLLabel, SenMLField)] = []
        func add(_ label: SenMLLabel, _ field: SenMLField?) { if let field { fields.append((label, field)) } }
        add(.baseName, baseName.map(SenMLField.string))
        add(.baseTime, baseTime.map(SenMLField.number))
        add(.baseUnit, baseUnit.map { .string($0.rawValue) })
        add(.baseValue, baseValue.map(SenMLField.number))
        add(.baseSum, baseSum.map(SenMLField.number))
        add(.baseVersion, baseVersion.map { .number(Double($0)) })
        add(.name, name.map(SenMLField.string))
        add(.unit, unit.map { .string($0.rawValue) })
        switch value {
        case .number(let value): add(.number, .number(value))
        case .string(let value): add(.string, .string(value))
        case .bool(let value): add(.bool, .bool(value))
        case .data(let value): add(.data, .data(value))
        case nil: break
        }
        add(.sum, sum.map(SenMLField.number))
        add(.time, time.map(SenMLField.number))
        add(.updateTime, updateTime.map(SenMLField.number))
        return fields
    }

    /// Puts a field into the record; false when it has the wrong type, is of an unknown version, or is a second value.
    mutating func set(_ label: SenMLLabel, to field: SenMLField) -> Bool {
        switch (label, field) {
        case (.baseName, .string(let text)): baseName = text
        case (.baseTime, .number(let number)): baseTime = number
        case (.baseUnit, .string(let text)): baseUnit = SenMLUnit(rawValue: text)
        case (.baseValue, .number(let number)): baseValue = number
        case (.baseSum, .number(let number)): baseSum = number
        case (.baseVersion, .number(let number)):
            guard abs(number) < 1e9, Double(Int(number)) == number, Self.isKnown(Int(number)) else { return false }
            baseVersion = Int(number)
        case (.name, .string(let text)): name = text
        case (.unit, .string(let text)): unit = SenMLUnit(rawValue: text)
        case (.sum, .number(let number)): sum = number
        case (.time, .number(let number)): time = number
        case (.updateTime, .number(let number)): updateTime = number
        case (.number, .number(let number)): return take(.number(number))
        case (.string, .string(let text)): return take(.string(text))
        case (.bool, .bool(let flag)): return take(.bool(flag))
        case (.data, .data(let bytes)): return take(.data(bytes))
        default: return false
        }
        return true
    }

    /// Takes a value where there is none yet: a record has one.
    private mutating func take(_ new: Value) -> Bool {
        guard value == nil else { return false }
        value = new
        return true
    }
}
