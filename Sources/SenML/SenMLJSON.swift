// SPDX-License-Identifier: Apache-2.0

import CoAPCore

/// SenML records as JSON objects (RFC 8428 §5).
enum SenMLJSON {
    static func encode(_ record: SenMLRecord) -> JSONValue {
        var members: [JSONValue.Member] = []
        func add(_ label: String, _ value: JSONValue?) { if let value { members.append(.init(label, value)) } }
        add("bn", record.baseName.map(JSONValue.string))
        add("bt", record.baseTime.map(JSONValue.number))
        add("bu", record.baseUnit.map { .string($0.rawValue) })
        add("bv", record.baseValue.map(JSONValue.number))
        add("bs", record.baseSum.map(JSONValue.number))
        add("bver", record.baseVersion.map { .number(Double($0)) })
        add("n", record.name.map(JSONValue.string))
        add("u", record.unit.map { .string($0.rawValue) })
        switch record.value {
        case .number(let value): add("v", .number(value))
        case .string(let value): add("vs", .string(value))
        case .bool(let value): add("vb", .bool(value))
        case .data(let value): add("vd", .string(Base64URL.encode(value)))
        case nil: break
        }
        add("s", record.sum.map(JSONValue.number))
        add("t", record.time.map(JSONValue.number))
        add("ut", record.updateTime.map(JSONValue.number))
        return .object(members)
    }

    static func decode(_ payload: [UInt8]) throws(ResponseError) -> [SenMLRecord] {
        guard payload.count <= SenMLPack.maximumSize else { throw ResponseError(.badRequest, "SenML: over 1 MiB") }
        let value: JSONValue
        do {
            value = try JSONParser.parse(payload)
        } catch {
            throw ResponseError(.badRequest, "SenML, byte \(error.offset): \(error.reason)")
        }
        guard case .array(let items) = value, items.count <= SenMLPack.maximumRecords else {
            throw ResponseError(.badRequest, "SenML: a list of at most \(SenMLPack.maximumRecords) records is expected")
        }
        var records: [SenMLRecord] = []
        for (index, item) in items.enumerated() {
            guard case .object(let members) = item else {
                throw ResponseError(.badRequest, "SenML, record \(index): an object is expected")
            }
            var record = SenMLRecord()
            for member in members {
                guard read(member, into: &record) else {
                    throw ResponseError(
                        .badRequest,
                        "SenML, record \(index): '\(PrintableText.escaped(member.name.utf8))' cannot be read")
                }
            }
            records.append(record)
        }
        return records
    }

    /// Puts one member into a record; false when it has the wrong type, is of an unknown version or
    /// must be understood and is not (§4.4).
    private static func read(_ member: JSONValue.Member, into record: inout SenMLRecord) -> Bool {
        func number(_ path: WritableKeyPath<SenMLRecord, Double?>) -> Bool {
            record[keyPath: path] = member.value.double
            return record[keyPath: path] != nil
        }
        func whole(_ number: Double) -> Int? { abs(number) < 1e9 && Double(Int(number)) == number ? Int(number) : nil }
        func text(_ set: (String) -> Void) -> Bool {
            guard case .string(let text) = member.value else { return false }
            set(text)
            return true
        }
        func value(_ value: SenMLRecord.Value?) -> Bool {
            // One value a record.
            guard record.value == nil, let value else { return false }
            record.value = value
            return true
        }
        switch member.name {
        case "bn": return text { record.baseName = $0 }
        case "bt": return number(\.baseTime)
        case "bu": return text { record.baseUnit = SenMLUnit(rawValue: $0) }
        case "bv": return number(\.baseValue)
        case "bs": return number(\.baseSum)
        case "bver":
            guard let version = member.value.double.flatMap(whole), SenMLRecord.isKnown(version) else { return false }
            record.baseVersion = version
            return true
        case "n": return text { record.name = $0 }
        case "u": return text { record.unit = SenMLUnit(rawValue: $0) }
        case "v": return value(member.value.double.map(SenMLRecord.Value.number))
        case "vs":
            guard case .string(let text) = member.value else { return false }
            return value(.string(text))
        case "vb":
            guard case .bool(let flag) = member.value else { return false }
            return value(.bool(flag))
        case "vd":
            guard case .string(let text) = member.value else { return false }
            return value(Base64URL.decode(text).map(SenMLRecord.Value.data))
        case "s": return number(\.sum)
        case "t": return number(\.time)
        case "ut": return number(\.updateTime)
        default: return !member.name.hasSuffix("_")
        }
    }
}
