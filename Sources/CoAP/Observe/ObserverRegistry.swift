// SPDX-License-Identifier: Apache-2.0

/// Who observes what (RFC 7641 §4.1). No I/O; confined to the server's loop.
struct ObserverRegistry {
    /// The observations of one session.
    private struct Session {
        var byToken: [Token: Observer] = [:]
        /// By the id of the confirmable notification that is under way.
        var awaiting: [UInt16: Observer] = [:]
    }

    private var sessions: [SessionHandle: Session] = [:]
    private(set) var resources: [ObjectIdentifier: ObservedResource] = [:]
    private(set) var count = 0
    private let perSession: Int
    private let inAll: Int

    init(perSession: Int, inAll: Int) {
        self.perSession = max(0, perSession)
        self.inAll = max(0, inAll)
    }

    /// True when an observation can be taken: it replaces another one, or the limits leave room.
    func hasRoom(for key: ObserverKey) -> Bool {
        guard let session = sessions[key.session] else { return perSession > 0 && count < inAll }
        return session.byToken[key.token] != nil || session.byToken.count < perSession && count < inAll
    }

    /// True when the session has observations.
    func hasObservers(_ session: SessionHandle) -> Bool { sessions[session] != nil }

    /// The observations of a session.
    func observers(of session: SessionHandle) -> [Observer] { sessions[session].map { Array($0.byToken.values) } ?? [] }

    /// What is kept of a resource, from its first observer on for as long as the server runs, so that its numbers go on.
    mutating func observed(_ resource: ObservableResource, at now: MonotonicTime) -> ObservedResource {
        let id = ObjectIdentifier(resource)
        if let known = resources[id] { return known }
        let new = ObservedResource(resource, at: now)
        resources[id] = new
        return new
    }

    /// The observation with this key.
    func observer(_ key: ObserverKey) -> Observer? { sessions[key.session]?.byToken[key.token] }

    /// Adds an observation for which there is room and whose key is free.
    mutating func add(_ observer: Observer) {
        let group = observer.group
        sessions[observer.key.session, default: Session()].byToken[observer.key.token] = observer
        group.observers[observer.key] = observer
        if !observer.state.conditions.isAboutTime { group.numberReaders += 1 }
        count += 1
    }

    /// Takes an observation out; nil when there is none with this key.
    mutating func remove(_ key: ObserverKey) -> Observer? {
        guard let observer = sessions[key.session]?.byToken.removeValue(forKey: key.token) else { return nil }
        if let outstanding = observer.state.outstanding {
            sessions[key.session]?.awaiting[outstanding] = nil
        }
        if sessions[key.session]?.byToken.isEmpty == true { sessions[key.session] = nil }
        let group = observer.group
        group.observers[key] = nil
        if !observer.state.conditions.isAboutTime { group.numberReaders -= 1 }
        count -= 1
        return observer
    }

    /// Notes a confirmable notification.
    mutating func awaits(_ messageID: UInt16, _ observer: Observer) {
        sessions[observer.key.session]?.awaiting[messageID] = observer
    }

    /// The observer whose confirmable notification was acknowledged, refused or given up; it waits no longer.
    mutating func settle(_ messageID: UInt16, on session: SessionHandle) -> Observer? {
        sessions[session]?.awaiting.removeValue(forKey: messageID)
    }

    /// The observer that refuses a notification by a reset.
    func refusing(_ messageID: UInt16, on session: SessionHandle) -> Observer? {
        sessions[session]?.byToken.values.first { $0.state.isRefused(by: messageID) }
    }
}
