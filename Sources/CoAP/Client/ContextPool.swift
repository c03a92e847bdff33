// SPDX-License-Identifier: Apache-2.0

/// The libcoap contexts of a process's clients, of one kind. Confined to the client's loop.
///
/// libcoap holds the repetitions of all sessions of a context in one queue, each timed relative to the one before, and sends the
/// others' too early when it takes a session's out. So each session has a context to itself while there are not too many.
final class ContextPool {
    /// How many contexts there are at most; sessions above share them.
    static let limit = 64
    /// How many unused ones are kept for the next sessions.
    private static let spare = 2

    private let loop: EventLoop
    private let isSecure: Bool
    private var contexts: [ClientContext] = []

    init(loop: EventLoop, isSecure: Bool) {
        self.loop = loop
        self.isSecure = isSecure
    }

    /// A context for one session: an unused one, a new one, or the one with the fewest sessions.
    func take() throws(CoAPError) -> ClientContext {
        loop.preconditionOnLoop()
        let best = contexts.min { $0.sessions < $1.sessions }
        if let best, best.sessions == 0 || contexts.count >= Self.limit {
            best.reserve()
            return best
        }
        let made = try ClientContext(loop: loop, isSecure: isSecure)
        contexts.append(made)
        made.reserve()
        return made
    }

    /// Gives back what ``take()`` gave, when the session is gone.
    func giveBack(_ unused: ClientContext) {
        loop.preconditionOnLoop()
        unused.unreserve()
        guard unused.sessions == 0, contexts.count(where: { $0.sessions == 0 }) > Self.spare else { return }
        contexts.removeAll { $0 === unused }
        // Not from within its own batch.
        loop.schedule(after: .zero) { unused.context.close() }
    }
}
