// SPDX-License-Identifier: Apache-2.0

/// A peer's separate confirmable responses that libcoap may still be repeating. libcoap keeps each until it is acknowledged,
/// without a limit; one whose end was not heard of, as when another message's id removed it, counts until MAX_TRANSMIT_WAIT
/// is over.
struct UnacknowledgedResponses {
    private var sent: [(messageID: UInt16, expiry: MonotonicTime)] = []

    /// MAX_TRANSMIT_WAIT with the default transmission parameters (RFC 7252 §4.8.2).
    static let lifetime: Duration = .seconds(93)

    /// How many count for one peer; as many as may be under way at once, so that none waits inside libcoap.
    static let limit = 64

    /// How many count.
    var count: Int { sent.count }

    /// True when one more confirmable response may be sent.
    mutating func hasRoom(at now: MonotonicTime) -> Bool {
        expire(at: now)
        return sent.count < Self.limit
    }

    /// Notes a response that was sent.
    mutating func add(_ messageID: UInt16, at now: MonotonicTime) { sent.append((messageID, now + Self.lifetime)) }

    /// Notes that a response was acknowledged, refused or given up.
    mutating func remove(_ messageID: UInt16) { sent.removeAll { $0.messageID == messageID } }

    /// Forgets what libcoap has ended by now.
    mutating func expire(at now: MonotonicTime) {
        guard let oldest = sent.first, oldest.expiry <= now else { return }
        sent.removeAll { $0.expiry <= now }
    }
}
