// SPDX-License-Identifier: Apache-2.0

/// The server's latest confirmable messages and what became of them, so that a copy is answered as the first one was
/// (RFC 7252 §4.2).
///
/// libcoap 4.3.1 does not acknowledge a copy of the last message again, and takes a copy of one before for a new message: after
/// a lost acknowledgement the server would give up an observation, or hear that its response is refused.
struct DealtMessages {
    /// How many are remembered: as many as a server may have sent at once, and then some.
    static let capacity = 64

    /// EXCHANGE_LIFETIME: after that an id may be used again (RFC 7252 §4.8.2).
    static let lifetime = Duration.seconds(247)

    private struct Entry {
        let messageID: UInt16
        let token: Token
        let wasTaken: Bool
        var until: MonotonicTime
    }

    private var entries: [Entry] = []
    /// Where the next one goes.
    private var next = 0

    /// A message was taken, or refused.
    mutating func note(_ messageID: UInt16, _ token: Token, wasTaken: Bool, at now: MonotonicTime) {
        let entry = Entry(messageID: messageID, token: token, wasTaken: wasTaken, until: now + Self.lifetime)
        if entries.count < Self.capacity { entries.append(entry) } else { entries[next] = entry }
        next = (next + 1) % Self.capacity
    }

    /// A request with this token goes out: what bears it from now on may come from a server that has begun anew, and counts its
    /// ids anew.
    mutating func forget(_ token: Token, at now: MonotonicTime) {
        for index in entries.indices where entries[index].token == token { entries[index].until = now }
    }

    /// Whether the message was taken; nil for one that is new. Another token tells that the server has begun anew.
    func wasTaken(_ messageID: UInt16, _ token: Token, at now: MonotonicTime) -> Bool? {
        entries.last { $0.messageID == messageID && $0.token == token && $0.until > now }?.wasTaken
    }
}
