// SPDX-License-Identifier: Apache-2.0

import Logging

/// Lets one line a minute through for each kind and route, and counts the others: a peer must not be able to fill a log.
package final class LogLimiter: Sendable {
    /// What is logged.
    enum Kind: Hashable {
        case handlerFailed, handlerTimedOut, responseReplaced, accessRefused, bodyUnchecked
        case rateExceeded, sessionEvicted, handshakesCrowded
    }

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

    /// Logs what a peer can provoke as often as it likes.
    func warn(_ logger: Logger, _ kind: Kind, _ route: String, _ reason: String) {
        guard let suppressed = admit(kind, route: route) else { return }
        logger.warning(
            Self.messages[kind] ?? "response was replaced",
            metadata: [
                LogKey.route: "\(route)", LogKey.error: "\(reason)", LogKey.suppressed: "\(suppressed)",
            ])
    }

    private static let messages: [Kind: Logger.Message] = [
        .handlerFailed: "handler failed", .handlerTimedOut: "handler timed out",
        .bodyUnchecked: "handler answered before the body was compared with its digest",
    ]
}
