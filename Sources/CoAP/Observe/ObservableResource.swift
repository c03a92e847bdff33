// SPDX-License-Identifier: Apache-2.0

/// A resource whose changes are told to those who observe it (RFC 7641). `Router.observable` makes it.
///
/// ```swift
/// let led = router.observable("led") { _, _ in state.text }
/// router.put("led") { request, _ in
///     state.set(try request.decode())
///     led.changed()
///     return Response(.changed)
/// }
/// ```
public final class ObservableResource: Sendable {
    /// One server that has the resource.
    private struct Sink {
        weak var server: (any ObservationSink)?
        var isPending = false
    }

    private struct State {
        var sinks: [ObjectIdentifier: Sink] = [:]
        var observers = 0
        var watch: (@Sendable () async -> Void)?
        var watching: Task<Void, Never>?
    }

    let policy: NotificationPolicy
    let sharing: RepresentationSharing
    private let state = Locked(State())
    private let countChanged: (@Sendable (Int) -> Void)?

    init(
        policy: NotificationPolicy, sharing: RepresentationSharing, countChanged: (@Sendable (Int) -> Void)? = nil
    ) {
        self.policy = policy
        self.sharing = sharing
        self.countChanged = countChanged
    }

    /// Says that the resource's state has changed: its handler is asked anew and every observer is told, as its conditions and
    /// the policy have it. Callable from any thread.
    ///
    /// Changes that come faster than they can be told are told once, with the newest state (RFC 7641 §1.3). What is a change is
    /// the caller's to decide: equal representations are sent, too.
    public func changed() {
        let waiting = state.withLock { state in
            var waiting: [any ObservationSink] = []
            for (id, sink) in state.sinks where !sink.isPending {
                guard let server = sink.server else { continue }
                state.sinks[id]?.isPending = true
                waiting.append(server)
            }
            return waiting
        }
        for server in waiting { server.changed(self) }
    }

    /// Ends all observations with an error, such as 4.04 when the resource was deleted (RFC 7641 §4.2). Callable from any
    /// thread; later requests may observe the resource anew if its handler lets them.
    ///
    /// - Precondition: the response's code is 4.xx or 5.xx.
    public func end(with response: Response) {
        precondition(response.code.class == 4 || response.code.class == 5, "an observation ends with an error")
        for server in state.withLock({ $0.sinks.values.compactMap(\.server) }) { server.ended(self, with: response) }
    }

    /// How many observe the resource now, at all servers that have it.
    public var observerCount: Int { state.withLock { $0.observers } }

    /// Runs a closure in a task of its own while there are observers, such as one that looks for changes; the task is cancelled
    /// when the last observer has gone, and the closure starts again with the next one. Called once, before the server
    /// runs; another call takes the place of the one before.
    public func whileObserved(_ body: @escaping @Sendable () async -> Void) { state.withLock { $0.watch = body } }

    // MARK: For servers

    func attach(_ server: some ObservationSink) {
        state.withLock { $0.sinks[ObjectIdentifier(server)] = Sink(server: server) }
    }

    func detach(_ server: some ObservationSink) {
        state.withLock { _ = $0.sinks.removeValue(forKey: ObjectIdentifier(server)) }
    }

    /// The server begins to tell of what has changed up to now.
    func takeChange(_ server: some ObservationSink) {
        state.withLock { $0.sinks[ObjectIdentifier(server)]?.isPending = false }
    }

    func observersChanged(by difference: Int) {
        let (count, ended) = state.withLock { state -> (Int, Task<Void, Never>?) in
            state.observers += difference
            if state.observers > 0 {
                if state.watching == nil, let watch = state.watch { state.watching = Task { await watch() } }
                return (state.observers, nil)
            }
            defer { state.watching = nil }
            return (state.observers, state.watching)
        }
        ended?.cancel()
        countChanged?(count)
    }
}

/// Who tells observers of a resource's changes.
protocol ObservationSink: AnyObject, Sendable {
    /// The resource has changed; called from any thread.
    func changed(_ resource: ObservableResource)

    /// The resource's observations end; called from any thread.
    func ended(_ resource: ObservableResource, with response: Response)
}
