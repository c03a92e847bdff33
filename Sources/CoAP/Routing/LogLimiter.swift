// SPDX-License-Identifier: Apache-2.0

/// Lets one line a minute through for each kind and route, and counts the others: a peer must not be able to fill a log.
package final class LogLimiter: Sendable {
    /// What is logged.
    enum Kind: Hashable { case handlerFailed, handlerTimedOut, responseReplaced }

    private struct Key: Hashable {
        let kind: Kind
        let route: String
    }

    private struct State {
        var next: MonotonicTime
        var suppressed = 0
    }

    /// Bounded by the routes, as registered.
    private let states = Locked<[Key: State]>([:])

    /// How long one line stands for those that follow it.
    static let interval: Duration = .seconds(60)

    /// Asks for a line.
    ///
    /// - Returns: how many were held back since the last one; nil to hold this one back too.
    func admit(_ kind: Kind, route: String, at now: MonotonicTime = .now) -> Int? {
        states.withLock { states in
            let key = Key(kind: kind, route: route)
            if var state = states[key], state.next > now {
                state.suppressed += 1
                states[key] = state
                return nil
            }
            let suppressed = states[key]?.suppressed ?? 0
            states[key] = State(next: now + Self.interval)
            return suppressed
        }
    }
}
