// SPDX-License-Identifier: Apache-2.0

/// Recognises a peer's repeated messages, so that a request is carried out once (RFC 7252 §4.5).
///
/// One for each session. It remembers the newest message ids for EXCHANGE_LIFETIME or NON_LIFETIME, with what was answered.
/// Requests that only read are remembered while they are under way and may be carried out again afterwards, which §4.5
/// allows and which keeps readings out of memory.
struct ExchangeCache {
    /// What is known of a message id.
    enum Lookup {
        /// Nothing: the request is new.
        case new
        /// The request is under way.
        case pending(ServerExchange)
        /// It was answered piggybacked with this response.
        case answered(Response)
        /// It was answered, and the answer needs no repetition: by a separate message, or to a non-confirmable request.
        case done
    }

    private struct Entry {
        var messageID: UInt16
        var expiry: MonotonicTime
        var state: Lookup
    }

    private var entries: [Entry] = []
    private var next = 0
    /// The message id of the one large response that is kept.
    private var largeResponse: UInt16?
    private let capacity: Int

    /// EXCHANGE_LIFETIME with the default transmission parameters (RFC 7252 §4.8.2).
    static let exchangeLifetime: Duration = .seconds(247)
    /// NON_LIFETIME with the default transmission parameters (RFC 7252 §4.8.2).
    static let nonLifetime: Duration = .seconds(145)

    /// Responses above this many bytes are large: of those only the newest is kept whole, of the others the code, so that a
    /// peer cannot have much memory held for it.
    static let largeSize = 256

    /// A cache that remembers up to this many message ids.
    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// How many message ids are remembered.
    var count: Int { entries.count }

    /// What is known of a message id.
    func lookup(_ messageID: UInt16, at now: MonotonicTime) -> Lookup {
        guard let index = index(of: messageID), entries[index].expiry > now else { return .new }
        return entries[index].state
    }

    /// Notes the state of a message id.
    mutating func note(_ messageID: UInt16, _ state: Lookup, lifetime: Duration, at now: MonotonicTime) {
        if case .answered(let response) = state,
            response.payload.count + response.options.storage.count > Self.largeSize
        {
            if let older = largeResponse.flatMap(index(of:)), entries[older].messageID != messageID,
                case .answered(let whole) = entries[older].state
            {
                entries[older].state = .answered(Response(whole.code))
            }
            largeResponse = messageID
        }
        let entry = Entry(messageID: messageID, expiry: now + lifetime, state: state)
        if let index = index(of: messageID) {
            entries[index] = entry
        } else if entries.count < capacity {
            entries.append(entry)
        } else if let free = victim(at: now) {
            entries[free] = entry
        }
    }

    /// Forgets a message id.
    mutating func forget(_ messageID: UInt16) {
        guard let index = index(of: messageID) else { return }
        entries.swapAt(index, entries.count - 1)
        entries.removeLast()
        next = 0
    }

    private func index(of messageID: UInt16) -> Int? { entries.firstIndex { $0.messageID == messageID } }

    /// The oldest entry that is not under way, going round.
    private mutating func victim(at now: MonotonicTime) -> Int? {
        for _ in entries.indices {
            let candidate = next
            next = (next + 1) % entries.count
            if case .pending = entries[candidate].state { continue }
            return candidate
        }
        return nil
    }
}
