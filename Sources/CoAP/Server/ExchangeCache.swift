// SPDX-License-Identifier: Apache-2.0

/// Recognises a peer's repeated messages, so that a request is carried out once (RFC 7252 §4.5).
///
/// One for each session. It remembers the newest exchanges for EXCHANGE_LIFETIME or NON_LIFETIME: of most in a few bytes
/// that they were answered and with which code, of the newest the whole response. What is under way stands in
/// ``ServerSession/pending``. Requests that only read and were answered on the acknowledgement are not remembered: they
/// may be carried out again, which §4.5 allows and which keeps readings out of memory.
struct ExchangeCache {
    /// What is known of a request.
    enum Lookup: Equatable {
        /// Nothing: it is new.
        case new
        /// It was answered on the acknowledgement with this response; of old and of large ones only the code is left.
        case answered(Response)
        /// It was answered, and the answer needs no repetition: by a separate message, or to a non-confirmable request.
        case done
    }

    private struct Entry {
        let fingerprint: UInt32
        /// In whole seconds of the monotonic clock, rounded up.
        let expiry: UInt32
        /// ``Code/empty`` for what needs no repetition.
        let code: Code
    }

    private var entries: [UInt16: Entry] = [:]
    /// The message ids of `entries`, the oldest at `first`.
    private var order: [UInt16] = []
    private var first = 0
    /// The newest responses that are more than a code, the oldest first.
    private var whole: [(messageID: UInt16, response: Response)] = []
    private let capacity: Int

    /// EXCHANGE_LIFETIME with the default transmission parameters (RFC 7252 §4.8.2).
    static let exchangeLifetime: Duration = .seconds(247)
    /// NON_LIFETIME with the default transmission parameters (RFC 7252 §4.8.2).
    static let nonLifetime: Duration = .seconds(145)

    /// How many responses are kept whole, at least.
    static let wholeCapacity = 32
    /// How many while there are few peers: a client with many requests under way repeats one long after others.
    static let generousCapacity = 256
    /// Responses above this many bytes are large: of those only the newest is kept whole, so that a peer cannot have much
    /// memory held for it.
    static let largeSize = 256
    /// How many exchanges every peer may have remembered, whatever the others need.
    static let guaranteed = 16

    /// A cache that remembers up to this many exchanges.
    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// How many exchanges are remembered.
    var count: Int { entries.count }

    /// What is known of a request.
    func lookup(_ key: ExchangeKey, at now: MonotonicTime) -> Lookup {
        guard !entries.isEmpty, let entry = entries[key.messageID], entry.fingerprint == key.fingerprint,
            entry.expiry > Self.seconds(now)
        else { return .new }
        if entry.code == .empty { return .done }
        return .answered(whole.first { $0.messageID == key.messageID }?.response ?? Response(entry.code))
    }

    /// Remembers that a request was answered.
    ///
    /// - Parameters:
    ///   - key: the request.
    ///   - answer: what went out on the acknowledgement; nil when a repetition needs no answer.
    ///   - lifetime: for how long.
    ///   - now: the present moment.
    ///   - wholeCapacity: how many responses may be kept whole.
    ///   - mayGrow: false when all sessions together remember enough: then the oldest makes room.
    mutating func note(
        _ key: ExchangeKey, _ answer: Response?, lifetime: Duration, at now: MonotonicTime, mayGrow: Bool = true,
        whole wholeCapacity: Int = wholeCapacity
    ) {
        expire(at: now)
        let expiry = Self.seconds(now + lifetime + .nanoseconds(999_999_999))
        let entry = Entry(fingerprint: key.fingerprint, expiry: expiry, code: answer?.code ?? .empty)
        if entries[key.messageID] != nil {
            forgetWhole(key.messageID)
        } else {
            if count >= capacity || (!mayGrow && count >= Self.guaranteed) { removeOldest() }
            order.append(key.messageID)
        }
        entries[key.messageID] = entry
        if let answer, !answer.payload.isEmpty || !answer.options.isEmpty {
            keep(answer, for: key.messageID, wholeCapacity)
        }
    }

    /// Forgets what has run out.
    mutating func expire(at now: MonotonicTime) {
        let now = Self.seconds(now)
        while first < order.count, let oldest = entries[order[first]], oldest.expiry <= now { removeOldest() }
    }

    private mutating func removeOldest() {
        let messageID = order[first]
        entries[messageID] = nil
        forgetWhole(messageID)
        first += 1
        // Moved down now and then, so that each removal costs little.
        if first > 32, first * 2 > order.count {
            order.removeFirst(first)
            first = 0
        }
    }

    private mutating func keep(_ response: Response, for messageID: UInt16, _ capacity: Int) {
        if Self.isLarge(response), let older = whole.firstIndex(where: { Self.isLarge($0.response) }) {
            whole.remove(at: older)
        } else if whole.count >= capacity {
            whole.removeFirst(whole.count - capacity + 1)
        }
        whole.append((messageID, response))
    }

    private mutating func forgetWhole(_ messageID: UInt16) { whole.removeAll { $0.messageID == messageID } }

    private static func isLarge(_ response: Response) -> Bool {
        response.payload.count + response.options.storage.count > largeSize
    }

    private static func seconds(_ time: MonotonicTime) -> UInt32 {
        UInt32(clamping: time.nanoseconds / 1_000_000_000)
    }
}
