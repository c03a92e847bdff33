// SPDX-License-Identifier: Apache-2.0

/// A CBOR value (RFC 8949).
package enum CBORValue: Hashable, Sendable {
    /// Major type 0: 0 to 2^64 - 1.
    case unsigned(UInt64)
    /// Major type 1: -1 minus this number.
    case negative(UInt64)
    /// Major type 2.
    case bytes([UInt8])
    /// Major type 3.
    case text(String)
    /// Major type 4.
    case array([CBORValue])
    /// Major type 5: the entries in their order; keys are unique.
    case map([Entry])
    /// Major type 6: a tag's number and what it is about.
    indirect case tagged(UInt64, CBORValue)
    case bool(Bool)
    case null
    case undefined
    /// A simple value that has no meaning yet: 0 to 19 and 32 to 255.
    case simple(UInt8)
    /// A floating-point number of any width; the narrow ones are widened, which loses nothing.
    case double(Double)

    /// One entry of a map.
    package struct Entry: Hashable, Sendable {
        package var key: CBORValue
        package var value: CBORValue
        package init(_ key: CBORValue, _ value: CBORValue) {
            self.key = key
            self.value = value
        }
    }

    /// An integer, of major type 0 or 1.
    package static func integer(_ value: Int64) -> CBORValue {
        value >= 0 ? .unsigned(UInt64(value)) : .negative(UInt64(-1 - value))
    }

    /// A number: an integer where it is one that every double up to it holds exactly, else a floating-point number.
    ///
    /// Minus zero stays a floating-point number, since no integer is it.
    package static func number(_ value: Double) -> CBORValue {
        guard abs(value) < 0x1p53, Double(Int64(value)) == value, value != 0 || value.sign == .plus else {
            return .double(value)
        }
        return .integer(Int64(value))
    }

    /// The value of a key; nil when there is none, and for other values than maps.
    package subscript(key: CBORValue) -> CBORValue? {
        guard case .map(let entries) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }
}
