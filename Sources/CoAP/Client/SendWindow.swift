// SPDX-License-Identifier: Apache-2.0

/// Which of a session's requests may be on the wire (NSTART, RFC 7252 §4.7), and which wait for that.
///
/// A confirmable request holds a place until it is acknowledged, answered or refused. One that nobody waits for any more is
/// still repeated by libcoap and keeps its place until it is settled, or the session is made anew.
struct SendWindow {
    /// How many places there are.
    let limit: Int

    /// How many of them requests hold that somebody waits for.
    private(set) var outstanding = 0

    private var abandoned: Set<UInt16> = []
    private var queue: [Token] = []
    /// Where the queue begins: what was taken is removed in bulk.
    private var first = 0

    init(limit: Int) { self.limit = limit }

    /// How many requests wait for a place.
    var queued: Int { queue.count - first }

    /// How many places are held by requests nobody waits for.
    var abandonedCount: Int { abandoned.count }

    private var hasRoom: Bool { outstanding + abandoned.count < limit }

    /// True when requests wait only because of those nobody waits for any more.
    var isClogged: Bool { queued > 0 && !hasRoom && outstanding < limit }

    /// True when those nobody waits for hold every place.
    var isTakenByAbandoned: Bool { abandoned.count >= limit }

    /// Takes a place at once; false when there is none or others wait for one already.
    mutating func enter() -> Bool {
        guard queued == 0, hasRoom else { return false }
        outstanding += 1
        return true
    }

    /// Has a request wait for its turn.
    mutating func enqueue(_ token: Token) { queue.append(token) }

    /// Has requests wait before all others.
    mutating func enqueueFirst(_ tokens: [Token]) { queue.insert(contentsOf: tokens, at: first) }

    /// The request whose turn it is, which holds a place from now on; nil when none waits or there is no place.
    mutating func dequeue() -> Token? {
        guard queued > 0, hasRoom else { return nil }
        let token = queue[first]
        first += 1
        if first == queue.count || first >= 64 {
            queue.removeFirst(first)
            first = 0
        }
        outstanding += 1
        return token
    }

    /// Takes a request out of the queue.
    mutating func remove(_ token: Token) {
        guard let index = queue[first...].firstIndex(of: token) else { return }
        queue.remove(at: index)
    }

    /// Gives a place back.
    mutating func leave() { outstanding = max(0, outstanding - 1) }

    /// Nobody waits for a message any more that is still under way.
    mutating func abandon(_ messageID: UInt16) { abandoned.insert(messageID) }

    /// A message was acknowledged, answered or given up; true when it was one nobody waited for.
    @discardableResult
    mutating func settle(_ messageID: UInt16) -> Bool { !abandoned.isEmpty && abandoned.remove(messageID) != nil }

    /// The session is made anew: nothing is under way on it.
    mutating func restart() {
        outstanding = 0
        abandoned.removeAll()
    }
}
