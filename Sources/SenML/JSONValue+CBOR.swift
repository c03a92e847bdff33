// SPDX-License-Identifier: Apache-2.0

package import CBOR

// The same value in JSON and CBOR (RFC 8949 §6).
extension JSONValue {
    /// The value in CBOR: numbers are integers where they can be, else floating-point numbers.
    package var cbor: CBORValue {
        switch self {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .number(let digits):
            Int64(digits).map(CBORValue.integer) ?? UInt64(digits).map(CBORValue.unsigned)
                ?? .number(Double(digits) ?? .nan)
        case .string(let text): .text(text)
        case .array(let items): .array(items.map(\.cbor))
        case .object(let members): .map(members.map { CBORValue.Entry(.text($0.name), $0.value.cbor) })
        }
    }

    /// A value of CBOR in JSON; nil for what JSON does not have: bytes, tags, keys that are no text, numbers that are not finite.
    package init?(_ value: CBORValue) {
        switch value {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .unsigned, .negative: self = .number(value.diagnostic)
        case .double(let number):
            guard number.isFinite else { return nil }
            self = .number(number)
        case .text(let text): self = .string(text)
        case .array(let items):
            let values = items.compactMap(JSONValue.init)
            guard values.count == items.count else { return nil }
            self = .array(values)
        case .map(let entries):
            let members = entries.compactMap { entry -> Member? in
                guard case .text(let name) = entry.key, let value = JSONValue(entry.value) else { return nil }
                return Member(name, value)
            }
            guard members.count == entries.count else { return nil }
            self = .object(members)
        default: return nil
        }
    }
}
