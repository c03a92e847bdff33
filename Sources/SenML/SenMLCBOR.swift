// SPDX-License-Identifier: Apache-2.0

import CBOR
import CoAPCore

/// SenML records as CBOR maps (RFC 8428 §6).
enum SenMLCBOR {
    static func encode(_ records: [SenMLRecord]) -> [UInt8] { CBORWriter.encode(.array(records.map(encode))) }

    private static func encode(_ record: SenMLRecord) -> CBORValue {
        .map(
            record.fields.map { label, field in
                let value: CBORValue =
                    switch field {
                    case .number(let number): .number(number)
                    case .string(let text): .text(text)
                    case .bool(let flag): .bool(flag)
                    case .data(let bytes): .bytes(bytes)
                    }
                return CBORValue.Entry(.integer(label.cborKey), value)
            })
    }

    static func decode(_ payload: [UInt8]) throws(ResponseError) -> [SenMLRecord] {
        let value: CBORValue
        do {
            value = try CBORReader.parse(payload)
        } catch {
            throw ResponseError(.badRequest, "SenML, byte \(error.offset): \(error.reason)")
        }
        guard case .array(let items) = value, items.count <= SenMLPack.maximumRecords else {
            throw ResponseError(.badRequest, "SenML: a list of at most \(SenMLPack.maximumRecords) records is expected")
        }
        var records: [SenMLRecord] = []
        for (index, item) in items.enumerated() {
            guard case .map(let entries) = item else {
                throw ResponseError(.badRequest, "SenML, record \(index): a map is expected")
            }
            var record = SenMLRecord()
            for entry in entries {
                guard read(entry, into: &record) else {
                    let label = PrintableText.escaped(entry.key.diagnostic.prefix(40).utf8)
                    throw ResponseError(.badRequest, "SenML, record \(index): the field \(label) cannot be read")
                }
            }
            records.append(record)
        }
        return records
    }

    /// Puts one entry into a record; false when it has the wrong type, is of an unknown version or must be understood and
    /// is not (§4.4).
    ///
    /// Table 4 is conclusive: another number is an error, and new fields have names. A name from JSON in place of its number
    /// is an error too, since passing over it would change what the record says.
    private static func read(_ entry: CBORValue.Entry, into record: inout SenMLRecord) -> Bool {
        let label: SenMLLabel?
        switch entry.key {
        case .unsigned(let number): label = Int64(exactly: number).flatMap(SenMLLabel.init(cborKey:))
        case .negative(let number): label = Int64(exactly: number).flatMap { SenMLLabel(cborKey: -1 - $0) }
        case .text(let name): return SenMLLabel(rawValue: name) == nil && !SenMLLabel.mustBeUnderstood(name)
        default: label = nil
        }
        guard let label else { return false }
        let field: SenMLField?
        switch entry.value {
        case .text(let text): field = .string(text)
        case .bool(let flag): field = .bool(flag)
        case .bytes(let bytes): field = .data(bytes)
        case .unsigned(let number): field = .number(Double(number))
        // A version is an unsigned integer and nothing else.
        case _ where label == .baseVersion: field = nil
        default: field = CBORNumber.double(entry.value).map(SenMLField.number)
        }
        return field.map { record.set(label, to: $0) } ?? false
    }
}
