// SPDX-License-Identifier: Apache-2.0

/// Hands what an observation has to tell from the client's loop to the task that reads it.
final class ObservationChannel: Sendable {
    typealias Next = Result<ObservationState?, CoAPError>

    private struct State {
        var mailbox = ObservationMailbox()
        /// What comes after the mailbox: nil while more may come.
        var end: Next?
        var reader: (number: UInt64, continuation: CheckedContinuation<Next, Never>)?
        var calls: UInt64 = 0

        mutating func take() -> Next? { mailbox.take().map { .success($0) } ?? end }
    }

    private let state = Locked(State())

    /// True while somebody waits; tests wait for that.
    var isRead: Bool { state.withLock { $0.reader != nil } }

    /// Adds what happened, and then how it ends, if it does.
    func add(_ states: [ObservationState], end: Next? = nil) {
        let (reader, next) = state.withLock { state -> (CheckedContinuation<Next, Never>?, Next?) in
            guard state.end == nil else { return (nil, nil) }
            for new in states { state.mailbox.add(new) }
            state.end = end
            guard let reader = state.reader, let next = state.take() else { return (nil, nil) }
            state.reader = nil
            return (reader.continuation, next)
        }
        if let reader, let next { reader.resume(returning: next) }
    }

    /// The oldest that nobody has read; waits for it.
    ///
    /// - Throws: `CoAPError` with code `cancelled` when the task is, `invalidArgument` when another task waits already, and
    ///   what kept the observation from coming about.
    func next() async throws(CoAPError) -> ObservationState? {
        let cancelled = CoAPError(.cancelled, "the task was cancelled while it observed a resource")
        let number = state.withLock { state in
            state.calls += 1
            return state.calls
        }
        let result: Next = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now: Next? = state.withLock { state in
                    if Task.isCancelled { return .failure(cancelled) }
                    guard state.reader == nil else {
                        return .failure(
                            CoAPError(.invalidArgument, "another task reads this observation already; let one read it"))
                    }
                    if let next = state.take() { return next }
                    state.reader = (number, continuation)
                    return nil
                }
                if let now { continuation.resume(returning: now) }
            }
        } onCancel: {
            // Another task's wait is none of this one's.
            let reader = state.withLock { state -> CheckedContinuation<Next, Never>? in
                guard let reader = state.reader, reader.number == number else { return nil }
                state.reader = nil
                return reader.continuation
            }
            reader?.resume(returning: .failure(cancelled))
        }
        return try result.get()
    }
}
