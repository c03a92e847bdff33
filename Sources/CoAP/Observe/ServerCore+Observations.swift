// SPDX-License-Identifier: Apache-2.0

import Logging

// Who observes, from the registration to its end (RFC 7641 §4.1, §4.2).
extension ServerCore {
    /// What a request with Observe asks for; nil when it registers nothing. One that deregisters is heeded at once.
    func observation(
        of request: Request, _ observe: UInt32, _ context: inout RequestContext, on session: ServerSession,
        now: MonotonicTime
    ) -> ObservationRequest? {
        if observe == 1 {
            removeObserver(ObserverKey(session: session.handle, token: context.token), "deregistered")
            return nil
        }
        // What the request carries is kept as long as it observes.
        guard observe == 0, request.payload.count <= 1024,
            let resource = context.match?.methods[Int(request.method.rawValue)]?.observable,
            // The handler answers malformed ones.
            let conditions = try? ConditionalAttributes(query: request.options.uriQuery)
        else { return nil }
        if !conditions.isAboutTime { context.observedNumber = ObservedNumberBox() }
        let observed = observations.registry.observed(resource, at: now)
        return ObservationRequest(
            resource: observed, generation: observed.generation, request: request.sharedByObservers, context: context,
            conditions: conditions, number: context.observedNumber)
    }

    /// The answer to a registration: with Observe when it is taken.
    func answer(_ observation: ObservationRequest, with response: Response, _ request: ReceivedRequest) -> Response {
        let key = ObserverKey(session: request.session.handle, token: request.key.token)
        let replaced = observations.registry.observer(key) != nil
        guard response.code.isSuccess, !request.session.isClosed, !isStopping,
            observations.registry.hasRoom(for: key)
        else {
            if replaced { removeObserver(key, "refused") }
            var plain = response
            plain.options.removeAll(.observe)
            return fitting(plain, request)
        }
        observation.resource.sequence.advance()
        let sequence = observation.resource.sequence.number
        var answer = response
        answer.options.observe = sequence
        answer.options.maxAge = observation.conditions.maximumAge(answer.options.maxAge)
        answer = fitting(answer, request)
        guard answer.code.isSuccess else {
            if replaced { removeObserver(key, "refused") }
            return answer
        }
        register(key, observation, sequence, response, request)
        return answer
    }

    private func register(
        _ key: ObserverKey, _ observation: ObservationRequest, _ sequence: UInt32, _ response: Response,
        _ request: ReceivedRequest
    ) {
        let resource = observation.resource
        let sharing: RepresentationSharing = table.hasMiddleware ? .sameIdentity : resource.resource.sharing
        let groupKey = ObservationGroup.Key(
            route: request.routeNumber, request: observation.request,
            identity: sharing == .allPeers ? nil : request.session.peer.identity)
        let group: ObservationGroup
        if let known = resource.groups[groupKey] {
            group = known
        } else {
            group = ObservationGroup(groupKey, observation.request, observation.context, of: resource)
            resource.groups[groupKey] = group
        }
        // The new one is held before the old one goes, and with it perhaps the session's or the group's last.
        request.session.handle.retain()
        resource.resource.observersChanged(by: 1)
        if observations.registry.observer(key) != nil { removeObserver(key, "replaced", keeping: group) }
        let value =
            observation.conditions.isAboutTime
            ? nil : observation.number?.number ?? ObservedNumber.find(in: response)
        let policy = resource.resource.policy
        let observer = Observer(
            key, in: group, transfer: transfer(ofObserver: request), digest: request.digest,
            state: ObserverState(
                policy: request.session.peer.isSecure ? policy : policy.forUnprovenPeers,
                conditions: observation.conditions, sequence: sequence, value: value,
                at: .now))
        observations.registry.add(observer)
        observations.metrics.relationsChanged(by: 1)
        log("observation registered", observer, request.session)
        // The state may have changed while the handler waited.
        if observation.generation != resource.generation {
            let core = self
            // Behind the answer, which goes out first.
            loop.submit {
                guard !group.observers.isEmpty else { return }
                group.isChange = true
                core.render(group)
            }
        } else {
            arm(observer)
        }
    }

    /// The answer to a registration could not be sent.
    func unregister(_ request: ReceivedRequest) {
        guard request.observation != nil else { return }
        removeObserver(ObserverKey(session: request.session.handle, token: request.key.token), "refused")
    }

    /// Removes an observation, if there is one with this key; its peer is told nothing.
    @discardableResult
    func removeObserver(_ key: ObserverKey, _ reason: String, keeping kept: ObservationGroup? = nil) -> Observer? {
        guard let observer = observations.registry.remove(key) else { return nil }
        if let timer = observer.timer { loop.cancel(timer) }
        observer.timer = nil
        observations.retransmissions.remove(key)
        let group = observer.group
        if group.observers.isEmpty, group !== kept {
            group.rendering?.cancel()
            group.resource.groups[group.key] = nil
        }
        observations.metrics.relationsChanged(by: -1)
        group.resource.resource.observersChanged(by: -1)
        if let session = sessions[key.session] {
            log("observation removed", observer, session, reason)
            session.context.afterDispatch { session.handle.release() }
        } else {
            key.session.release()
        }
        return observer
    }

    /// Removes every observation of a session.
    func removeObservers(of session: SessionHandle, _ reason: String) {
        for observer in observations.registry.observers(of: session) { removeObserver(observer.key, reason) }
    }

    /// Ends every observation, since the server stops: 5.03, once and without waiting for anybody.
    func endObservations() {
        for resource in observations.registry.resources.values {
            for group in resource.groups.values {
                end(group, with: .diagnostic(.serviceUnavailable, "the server is stopping"), .nonConfirmable)
            }
        }
    }

    /// Asks a peer with observations that was not heard for too long, by a confirmable notification, whether it is still there.
    ///
    /// - Returns: false when it has no observations.
    func probe(_ session: ServerSession, at now: MonotonicTime) -> Bool {
        let observers = observations.registry.observers(of: session.handle)
        guard let first = observers.first else { return false }
        let limit = session.peer.isSecure ? configuration.secureSessionTimeout : configuration.plainSessionTimeout
        if now - session.lastHeard > max(limit, .seconds(1)), observers.allSatisfy({ $0.state.outstanding == nil }) {
            perform(first.state.probe(), first)
        }
        return true
    }

    func log(_ message: Logger.Message, _ observer: Observer, _ session: ServerSession, _ reason: String? = nil) {
        guard logger.logLevel <= .debug else { return }
        var metadata: Logger.Metadata = [
            LogKey.route: "\(observer.group.context.route)", LogKey.token: "\(observer.key.token)",
        ]
        if let reason { metadata[LogKey.error] = "\(reason)" }
        session.logger.debug(message, metadata: metadata)
    }
}
