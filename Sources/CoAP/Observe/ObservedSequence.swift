// SPDX-License-Identifier: Apache-2.0

/// Runs a sequence while somebody observes it or asks for its value, and keeps the newest one.
final class ObservedSequence<Element: ResponseConvertible>: Sendable {
    private struct State {
        /// Tells one run from the next.
        var run = 0
        var task: Task<Void, Never>?
        var latest: Element?
        /// How the last run ended; nil while one goes on, or none was.
        var end: ResponseError?
        var waiting: [Int: CheckedContinuation<Element, any Error>] = [:]
        var nextWaiter = 0
        var observers = 0
        var requests = 0
        var isUsed: Bool { observers > 0 || requests > 0 }
    }

    private let state = Locked(State())
    private let start: @Sendable (ObservedSequence) async -> Void

    /// How long the sequence goes on for nobody: the next request finds it running.
    private static var linger: Duration { .seconds(1) }

    init(_ start: @escaping @Sendable (ObservedSequence) async -> Void) { self.start = start }

    /// The newest value; waits for the first one, for as long as the request's own deadline lets it.
    ///
    /// - Throws: `ResponseError` when the sequence ended without a value, `CancellationError` when the request is given up.
    func latest() async throws -> Element {
        let waiter = state.withLock { state in
            state.requests += 1
            state.nextWaiter += 1
            return state.nextWaiter
        }
        defer { release { $0.requests -= 1 } }
        startIfNeeded()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let known: Result<Element, any Error>? = state.withLock { state in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let latest = state.latest { return .success(latest) }
                    if let end = state.end { return .failure(end) }
                    state.waiting[waiter] = continuation
                    return nil
                }
                if let known { continuation.resume(with: known) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: waiter) }?.resume(throwing: CancellationError())
        }
    }

    /// So many observe it now.
    func observersChanged(to count: Int) {
        state.withLock { $0.observers = count }
        if count > 0 { startIfNeeded() } else { release { _ in } }
    }

    /// The sequence has a new value.
    ///
    /// - Returns: whether it is the run's first; nil when it was not wanted any more.
    func offer(_ element: Element, run: Int) -> Bool? {
        var isFirst: Bool?
        let waiting = state.withLock { state -> [CheckedContinuation<Element, any Error>] in
            guard state.run == run else { return [] }
            isFirst = state.latest == nil
            state.latest = element
            defer { state.waiting.removeAll() }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: element) }
        return isFirst
    }

    /// The sequence is over.
    ///
    /// - Returns: false when it was not wanted any more.
    func finish(_ error: ResponseError, keepsLatest: Bool, run: Int) -> Bool {
        let waiting = state.withLock { state -> [CheckedContinuation<Element, any Error>]? in
            guard state.run == run else { return nil }
            state.end = error
            if !keepsLatest { state.latest = nil }
            defer { state.waiting.removeAll() }
            return Array(state.waiting.values)
        }
        guard let waiting else { return false }
        for continuation in waiting { continuation.resume(throwing: error) }
        return true
    }

    /// True when there is a value to show.
    var hasValue: Bool { state.withLock { $0.latest != nil } }

    /// The run that goes on now.
    var run: Int { state.withLock { $0.run } }

    private func startIfNeeded() {
        state.withLock { state in
            guard state.task == nil else { return }
            state.run += 1
            state.end = nil
            let start = start
            state.task = Task { [weak self] in
                guard let self else { return }
                await start(self)
            }
        }
    }

    private func release(_ body: (inout State) -> Void) {
        let run = state.withLock { state -> Int? in
            body(&state)
            return state.isUsed || state.task == nil ? nil : state.run
        }
        guard let run else { return }
        Task { [weak self] in
            try? await Task.sleep(for: Self.linger)
            self?.stop(run)
        }
    }

    /// Ends a run that nobody uses.
    private func stop(_ run: Int) {
        let task = state.withLock { state -> Task<Void, Never>? in
            guard state.run == run, !state.isUsed else { return nil }
            defer { state.task = nil }
            state.latest = nil
            // What the cancelled task still says is of an old run.
            state.run += 1
            return state.task
        }
        // Outside of the lock: a sequence may do anything when it is cancelled.
        task?.cancel()
    }
}
