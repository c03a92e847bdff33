// SPDX-License-Identifier: Apache-2.0

/// What ties a response to its request: 0 to 8 bytes, chosen by the client (RFC 7252 §5.3.1).
///
/// Held in one machine word, so it hashes and compares without touching the heap.
public struct Token: Hashable, Sendable {
    /// The bytes, the first one in the highest position; unused positions are zero.
    package let bits: UInt64

    /// How many bytes: 0–8.
    public let count: UInt8

    /// The token of no bytes.
    public static let empty = Token(bits: 0, count: 0)

    package init(bits: UInt64, count: UInt8) {
        self.bits = bits
        self.count = count
    }

    /// Makes a token from its bytes; nil when there are more than eight.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count <= 8 else { return nil }
        var bits: UInt64 = 0
        var shift = 56
        for byte in bytes {
            bits |= UInt64(byte) << UInt64(shift)
            shift -= 8
        }
        self.init(bits: bits, count: UInt8(bytes.count))
    }

    /// A token of eight bytes from the system's random source, so that an off-path attacker cannot guess it
    /// (RFC 7252 §11.4).
    public static func random() -> Token { Token(bits: .random(in: .min ... .max), count: 8) }

    /// The bytes in the order of the wire.
    public var bytes: [UInt8] { (0..<Int(count)).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * $0)) } }
}

extension Token: CustomStringConvertible {
    /// The bytes in hexadecimal, two digits each.
    public var description: String { Hexadecimal.encode(bytes) }
}
