// SPDX-License-Identifier: Apache-2.0

/// What tells a peer's datagrams from those of others: the socket they come to, and address and port they come from.
struct Flow: Hashable {
    /// The address in its IPv6 form, in two words.
    let high: UInt64
    let low: UInt64
    /// Socket, port, and the interface of a link-local address.
    let rest: UInt64

    init(high: UInt64, low: UInt64, port: UInt16, scope: UInt32 = 0, socket: Int32) {
        self.high = high
        self.low = low
        rest = UInt64(scope) << 32 | UInt64(UInt16(truncatingIfNeeded: socket)) << 16 | UInt64(port)
    }

    /// Whose it is.
    var block: AddressBlock { AddressBlock(high: high, low: low) }

    /// Its bytes, for a cookie.
    func append(to text: inout [UInt8]) {
        for word in [high, low, rest] { withUnsafeBytes(of: word) { text.append(contentsOf: $0) } }
    }
}
