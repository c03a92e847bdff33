// SPDX-License-Identifier: Apache-2.0

extension ClientConnection {
    /// What a cancelled task gets.
    static var cancelled: CoAPError {
        CoAPError(.cancelled, "the task was cancelled before the response came")
    }

    /// Why nothing more is taken; nil while there is room.
    var isFull: CoAPError? {
        let limit = configuration.maximumPendingRequests
        guard pending.count + pings.count >= limit else { return nil }
        return CoAPError(
            .limitReached,
            "\(limit) requests wait for a response already; wait for some, or raise maximumPendingRequests")
    }

    // MARK: Requests

    func send(_ request: PendingRequest, _ completion: @escaping Completion<Response>) {
        core.loop.preconditionOnLoop()
        guard !request.isCancelled else { return completion(.failure(Self.cancelled)) }
        if case .closed(let error) = state { return completion(.failure(error)) }
        if let isFull { return completion(.failure(isFull)) }
        request.completion = completion
        pending[request.token] = request
        request.timer = core.loop.schedule(after: request.timeout) { [weak self] in
            request.timer = nil
            self?.timedOut(request)
        }
        renewIfSilent()
        if case .established(let link) = state {
            if !request.isConfirmable { return transmit(request, on: link) }
            if window.enter() {
                request.holdsPlace = true
                return transmit(request, on: link)
            }
        }
        window.enqueue(request.token)
        renewIfClogged()
        connect()
    }

    /// Sends what waits for a session or a place in the window.
    ///
    /// A request whose sending fails at once ends in here again, and is gone on with from here.
    func sendWaiting() {
        guard !isSending else { return }
        isSending = true
        defer { isSending = false }
        while case .established(let link) = state, let token = window.dequeue() {
            guard let request = pending[token] else {
                window.leave()
                continue
            }
            request.holdsPlace = request.isConfirmable
            if !request.isConfirmable { window.leave() }
            transmit(request, on: link)
        }
        guard case .established(let link) = state else { return }
        for ping in pings where ping.link == nil && isPresent(link) { transmit(ping, on: link) }
    }

    func transmit(_ request: PendingRequest, on link: ClientLink) {
        let now = MonotonicTime.now
        request.link = link
        request.sent = now
        request.mark = link.liveness.mark
        link.users += 1
        do throws(CoAPError) {
            request.messageID = try link.send(request, at: now)
            watchSilence(of: link)
        } catch {
            complete(request, .failure(error))
        }
    }

    func cancel(_ request: PendingRequest) {
        core.loop.preconditionOnLoop()
        request.isCancelled = true
        abandon(request, Self.cancelled)
    }

    func timedOut(_ request: PendingRequest) {
        var missing = MissingResponse(
            server: target.uri.authority, timeout: request.timeout, isPlain: target.isPlain)
        missing.wasEverHeard = wasEverHeard
        missing.wasSent = request.messageID != nil
        missing.isAcknowledged = request.isAcknowledged
        if case .established = state {} else { missing.hasSession = missing.wasSent }
        if let link = request.link, let sent = request.sent {
            missing.wasHeardSince = link.liveness.mark != request.mark
            missing.wasEverHeard = missing.wasEverHeard || link.liveness.wasHeard
            missing.wasRefused = link.wasRefused(since: sent)
        }
        abandon(request, missing.error)
    }

    /// Ends a request that may still be under way.
    func abandon(_ request: PendingRequest, _ error: CoAPError) {
        guard pending[request.token] != nil else { return }
        if request.link == nil { window.remove(request.token) }
        // It keeps its place without anybody who waits for it.
        if request.holdsPlace, let messageID = request.messageID { window.abandon(messageID) }
        complete(request, .failure(error))
    }

    /// Ends a request.
    func complete(_ request: PendingRequest, _ result: Result<Response, CoAPError>) {
        guard pending.removeValue(forKey: request.token) != nil else { return }
        if let timer = request.timer { core.loop.cancel(timer) }
        request.timer = nil
        let link = detach(request)
        let completion = request.completion
        request.completion = nil
        completion?(result)
        if let link { tidy(link) }
    }

    /// Takes a request off its session; returns that.
    private func detach(_ request: PendingRequest) -> ClientLink? {
        guard let link = request.link else { return nil }
        if let messageID = request.messageID { link.settled(messageID) }
        request.link = nil
        link.users -= 1
        if request.holdsPlace { window.leave() }
        request.holdsPlace = false
        if link.liveness.wasHeard { wasEverHeard = true }
        return link
    }

    /// Does what there is to do when fewer use a session.
    func tidy(_ link: ClientLink) {
        guard isPresent(link) else { return releaseIfUnused(link) }
        // On UDP a new session costs nothing, and with the old one its repetitions end.
        if !link.isDTLS, link.users == 0, streams == 0, window.abandonedCount > 0 { drop(link) }
        if window.queued > 0 {
            renewIfClogged()
            sendWaiting()
            connect()
        }
    }

    /// A body that is being streamed is known by its session, and lost with it.
    private func renewIfClogged() {
        if window.isClogged, streams == 0 { renew("requests nobody waits for any more have no answer") }
    }

    /// A body is streamed no more.
    func endStream() {
        core.loop.preconditionOnLoop()
        streams -= 1
        if case .established(let link) = state { tidy(link) }
    }

    // MARK: Silence

    /// Looks again when the session may count as silent.
    func watchSilence(of link: ClientLink) {
        guard silenceTimer == nil, link.isDTLS, isPresent(link), let silentFrom = link.liveness.silentFrom else {
            return
        }
        silenceTimer = core.loop.schedule(after: silentFrom - .now) { [weak self, weak link] in
            guard let self, let link else { return }
            silenceTimer = nil
            guard isPresent(link) else { return }
            if link.users > 0 { renewIfSilent() }
            if isPresent(link), !link.liveness.isSilent(at: .now) { watchSilence(of: link) }
        }
    }

    /// Replaces a session whose server has lost it, as in a restart: it would never say so.
    func renewIfSilent() {
        // While the timer runs the time has not come.
        guard silenceTimer == nil, case .established(let link) = state, link.isDTLS,
            link.liveness.isSilent(at: .now)
        else { return }
        renew("the server has fallen silent")
    }

    /// Sends anew what was not acknowledged on sessions that fell silent, where doing it twice is the same as once.
    func adoptRequests(of silent: [ClientLink]) {
        guard !silent.isEmpty else { return }
        let adopted = pending.values.filter { request in
            request.isConfirmable && request.mayBeRepeated && !request.isAcknowledged
                && silent.contains { $0 === request.link }
        }
        let inOrder = adopted.sorted { ($0.sent ?? .now) < ($1.sent ?? .now) }
        // Before what was asked for later.
        window.enqueueFirst(inOrder.map(\.token))
        for request in inOrder {
            let link = detach(request)
            request.messageID = nil
            request.sent = nil
            if let link { releaseIfUnused(link) }
        }
        for ping in pings {
            guard let link = ping.link, silent.contains(where: { $0 === link }) else { continue }
            if let messageID = ping.messageID { link.settled(messageID) }
            ping.link = nil
            ping.messageID = nil
            link.users -= 1
            releaseIfUnused(link)
        }
    }

    // MARK: Failing

    var isAnythingWaiting: Bool { window.queued > 0 || pings.contains { $0.link == nil } }

    /// Fails what was sent on a session.
    func failSent(on link: ClientLink, _ error: CoAPError) {
        for request in pending.values.filter({ $0.link === link }) { complete(request, .failure(error)) }
        for ping in pings.filter({ $0.link === link }) { complete(ping, .failure(error)) }
    }

    /// Fails what waits for a session.
    func failUnsent(_ error: CoAPError) {
        for request in pending.values.filter({ $0.link == nil }) {
            window.remove(request.token)
            complete(request, .failure(error))
        }
        for ping in pings.filter({ $0.link == nil }) { complete(ping, .failure(error)) }
    }

    /// Fails everything.
    func failAll(_ error: CoAPError) {
        for request in pending.values { complete(request, .failure(error)) }
        for ping in pings { complete(ping, .failure(error)) }
    }
}
