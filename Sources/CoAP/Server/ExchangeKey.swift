// SPDX-License-Identifier: Apache-2.0

/// What tells a repeated request from a new one: a peer that has begun anew may use a message id again (RFC 7252 §4.5).
struct ExchangeKey: Hashable {
    let messageID: UInt16
    let token: Token
    let method: Method

    /// Token and method in four bytes. Only the peer's own messages are compared by it, so it need not withstand anybody.
    var fingerprint: UInt32 {
        let mixed = (token.bits ^ UInt64(token.count) << 3 ^ UInt64(method.rawValue)) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }
}
