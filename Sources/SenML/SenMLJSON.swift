// SPDX-License-Identifier: Apache-2.0

import CoAPCore

/// SenML records as JSON objects (RFC 8428 §5).
enum SenMLJSON {
    static func encode(_ records: [SenMLRecord]) -> [UInt8] {
        Array(JSONValue.array(records.map(encode)).compact.utf8)
    }

    private static func encode(_ record: SenMLRecord) -> JSONValue {
        .object(
            record.fields.map { label, field in
                let value: JSONValue =
                    switch field {
                    case .number(let number): .number(number)
                    case .string(let text): .string(text)
                    case .bool(let flag): .bool(flag)
                    case .data(let bytes): .string(Base64URL.encode(bytes))
                    }
                return JSONValue.Member(label.rawValue, value)
            })
    }

    static func decode(_ payload: [UInt8]) throws(ResponseError) -> [SenMLRecord] {
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
        guard let label = SenMLLabel(rawValue: member.name) else { return !SenMLLabel.mustBeUnderstood(member.name) }
        let field: SenMLField?
        switch member.value {
        case .number: field = member.value.double.map(SenMLField.number)
        case .string(let text) where label == .data: field = Base64URL.decode(text).map(SenMLField.data)
        case .string(let text): field = .string(text)
        case .bool(let flag): field = .bool(flag)
        default: field = nil
        }
        return field.map { record.set(label, to: $0) } ?? false
    }
}
