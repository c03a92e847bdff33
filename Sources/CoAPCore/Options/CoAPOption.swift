// SPDX-License-Identifier: Apache-2.0

/// One option of a message: a number and a value of 0–1034 bytes (RFC 7252 §3.1).
public struct CoAPOption: Hashable, Sendable {
    /// Which option it is.
    public var number: OptionNumber

    /// The value as it stands on the wire.
    public var value: [UInt8]

    /// An option with a value of raw bytes, 0–1034 of them; how many its number allows says ``OptionNumber/lengths``.
    ///
    /// A longer value is not refused here but when the message is sent; one of more than 65,535 bytes cannot stand in
    /// ``Options``.
    public init(_ number: OptionNumber, _ value: [UInt8]) {
        self.number = number
        self.value = value
    }

    /// An option with a text value.
    public init(_ number: OptionNumber, string: String) { self.init(number, Array(string.utf8)) }

    /// An option with an unsigned integer, in its shortest encoding: zero takes no byte (RFC 7252 §3.2).
    public init(_ number: OptionNumber, uint: UInt64) { self.init(number, UIntValue.encode(uint)) }

    /// The value as an unsigned integer; nil when it is longer than eight bytes.
    public var uint: UInt64? { UIntValue.decode(value) }

    /// The value as text; bytes that are not UTF-8 are replaced.
    public var string: String { String(decoding: value, as: UTF8.self) }
}

extension CoAPOption: CustomStringConvertible {
    /// Name and value, the value in the option's own format: `Content-Format: 60`.
    public var description: String {
        switch number.format {
        case .empty: "\(number)"
        case .opaque: "\(number): 0x\(Hexadecimal.encode(value))"
        case .uint: "\(number): \(uint.map(String.init) ?? "0x" + Hexadecimal.encode(value))"
        case .string: "\(number): \(PrintableText.escaped(value))"
        }
    }
}

/// Unsigned integers in option values: network order, no leading zeros (RFC 7252 §3.2).
enum UIntValue {
    static func encode(_ number: UInt64) -> [UInt8] {
        let length = (64 - number.leadingZeroBitCount + 7) / 8
        return (0..<length).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * (length - 1 - $0))) }
    }

    static func decode(_ bytes: some Collection<UInt8>) -> UInt64? {
        guard bytes.count <= 8 else { return nil }
        return bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
