// SPDX-License-Identifier: Apache-2.0

/// What one peer can have addresses of: an IPv4 address, or the first 64 bits of an IPv6 address, within which a host may
/// take any (RFC 4291 §2.5.1, RFC 8981).
struct AddressBlock: Hashable {
    private let high: UInt64
    private let low: UInt64

    /// The block of an IPv6 address as two words; IPv4 in its mapped form.
    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = high == 0 && low >> 32 == 0xFFFF ? low : 0
    }

    init(_ address: SocketAddress) {
        if address.isIPv6 {
            self.init(high: Self.word(address.bytes[..<8]), low: Self.word(address.bytes[8...]))
        } else {
            self.init(high: 0, low: 0xFFFF_0000_0000 | Self.word(address.bytes[...]))
        }
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
