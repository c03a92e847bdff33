// SPDX-License-Identifier: Apache-2.0

import Logging

// From a change to the notifications of it (RFC 7641 §4.2, §4.5).
extension ServerCore: ObservationSink {
    func changed(_ resource: ObservableResource) {
        let core = self
        loop.submit {
            resource.takeChange(core)
            guard let observed = core.observations.registry.resources[ObjectIdentifier(resource)] else { return }
            observed.generation &+= 1
            for group in Array(observed.groups.values) {
                group.isChange = true
                core.render(group)
            }
        }
    }

    func ended(_ resource: ObservableResource, with response: Response) {
        let core = self
        loop.submit {
            guard let observed = core.observations.registry.resources[ObjectIdentifier(resource)] else { return }
            for group in Array(observed.groups.values) { core.end(group, with: response, .confirmable) }
        }
    }

    /// Asks the handler for the present representation, once for the whole group; the way is that of any request, middleware
    /// included.
    func render(_ group: ObservationGroup) {
        guard !group.isRendering else { return group.isStale = true }
        group.isRendering = true
        group.isStale = false
        group.rendersChange = group.isChange
        group.isChange = false
        var context = group.context
        let number = group.numberReaders > 0 ? ObservedNumberBox() : nil
        context.observedNumber = number
        if let response = table.immediateResponse(to: group.request, context) {
            return rendered(group, response, number)
        }
        launch(group, context, number)
    }

    /// Not isolated to an actor: from there the task would always leave the loop first.
    private func launch(_ group: ObservationGroup, _ context: RequestContext, _ number: ObservedNumberBox?) {
        let core = self
        let task = Task.immediate(executorPreference: loop) { [table] in
            let response = await table.response(to: group.request, context)
            core.rendered(group, response, number)
        }
        guard group.isRendering else { return }
        group.rendering = task
        group.timer = loop.schedule(after: configuration.handlerTimeout) { task.cancel() }
    }

    private func rendered(_ group: ObservationGroup, _ response: Response, _ number: ObservedNumberBox?) {
        loop.preconditionOnLoop()
        group.isRendering = false
        group.rendering = nil
        if let timer = group.timer { loop.cancel(timer) }
        group.timer = nil
        guard !group.observers.isEmpty else { return }
        guard response.code.isSuccess else { return end(group, with: response, .confirmable) }
        group.resource.sequence.advance()
        group.latestSequence = group.resource.sequence.number
        var latest = response
        latest.options.observe = group.latestSequence
        // Once for all of the group, where the body needs one.
        if response.payload.count > preferredBlockSize, !response.options.contains(.eTag) {
            latest.options.eTags = [EntityTag.of(response.payload, response.contentFormat)]
        }
        group.latest = latest
        group.latestValue =
            group.numberReaders > 0 ? number?.number ?? ObservedNumber.find(in: response) : nil
        let now = MonotonicTime.now
        for observer in Array(group.observers.values) where group.rendersChange || observer.state.isForced {
            perform(observer.state.changed(value: group.latestValue, at: now), observer)
        }
        if group.isStale { render(group) }
    }

    /// Does what an observation's state asks for.
    func perform(_ action: ObserverState.Action, _ observer: Observer) {
        switch action {
        case .none: arm(observer)
        case .wait: arm(observer)
        case .refresh: render(observer.group)
        case .send(let type):
            if send(type, to: observer) { arm(observer) }
        }
    }

    /// Sets the observation's timer for what must be done though nothing happens.
    func arm(_ observer: Observer) {
        let deadline = observer.state.deadline(value: observer.group.latestValue)
        if observer.timer != nil, observer.deadline == deadline { return }
        if let timer = observer.timer { loop.cancel(timer) }
        observer.timer = nil
        observer.deadline = deadline
        guard let deadline else { return }
        let now = MonotonicTime.now
        observer.timer = loop.schedule(after: deadline - now) { [weak self, weak observer] in
            guard let self, let observer else { return }
            observer.timer = nil
            self.perform(observer.state.due(value: observer.group.latestValue, at: .now), observer)
        }
    }

    /// Sends the group's newest representation to one observer.
    ///
    /// - Returns: false when the observation is gone.
    private func send(_ type: MessageType, to observer: Observer, isRepetition: Bool = false) -> Bool {
        let group = observer.group
        guard var response = group.latest else { return true }
        guard let session = reachable(observer) else { return false }
        guard isEntitled(group, session) else { return false }
        var sequence = group.latestSequence
        if !ObserveSequence.isNewer(sequence, than: observer.state.sequence) {
            group.resource.sequence.advance()
            sequence = group.resource.sequence.number
            response.options.observe = sequence
        }
        response = fitting(notification: response, to: observer, session)
        guard response.code.isSuccess else {
            end(observer, with: response, .confirmable)
            return false
        }
        let messageID = session.handle.newMessageID()
        guard transmit(type, messageID, response, observer.key.token, session) else {
            end(observer, with: Response(.internalServerError), .confirmable)
            return false
        }
        observer.state.sent(type, messageID: messageID, sequence: sequence, value: group.latestValue, at: .now)
        if type == .confirmable { awaitAcknowledgement(of: messageID, observer, isRepetition: isRepetition) }
        observations.metrics.notified(type)
        return true
    }

    /// Sends a confirmable notification again; if there is a newer representation, that one in its place, in a message of its
    /// own that is repeated as often as was left (RFC 7641 §4.5.2).
    func resend(_ observer: Observer) {
        let group = observer.group
        guard let outstanding = observer.state.outstanding, let latest = group.latest else { return }
        guard observer.state.outstandingSequence == group.latestSequence else {
            _ = observations.registry.settle(outstanding, on: observer.key.session)
            _ = send(.confirmable, to: observer, isRepetition: true)
            return
        }
        guard let session = reachable(observer), isEntitled(group, session) else { return }
        let response = fitting(notification: latest, to: observer, session)
        _ = transmit(.confirmable, outstanding, response, observer.key.token, session)
    }

    /// False when the observers of a group, who share an identity then, lost their right since the representation was made. It
    /// is asked for anew, the way of any request, upon which their observations end.
    private func isEntitled(_ group: ObservationGroup, _ session: ServerSession) -> Bool {
        guard table.refusal(of: group.request, by: session.peer) != nil else { return true }
        group.isChange = true
        render(group)
        return false
    }

    /// The observer's session; nil when it is gone, and the observation with it.
    private func reachable(_ observer: Observer) -> ServerSession? {
        if let session = sessions[observer.key.session], !session.isClosed, session.handle.isEstablished {
            return session
        }
        removeObserver(observer.key, "session ended")
        return nil
    }

    /// A notification as it can be sent to an observer in one message; its way, too, when its body is cut into blocks.
    private func fitting(
        notification response: Response, to observer: Observer, _ session: ServerSession
    ) -> Response {
        var response = response
        // Of an error it says when to come back.
        if response.code.isSuccess {
            response.options.maxAge = observer.state.conditions.maximumAge(response.options.maxAge)
        }
        response = shaped(
            notification: observer.digest?.sealed(response) ?? response, to: observer, session)
        let room = session.handle.maximumMessageSize - Int(observer.key.token.count)
        return response.fits(room) ? response : FittedResponse(response, room: room).response
    }

    private func transmit(
        _ type: MessageType, _ messageID: UInt16, _ response: Response, _ token: Token, _ session: ServerSession
    ) -> Bool {
        do {
            _ = try session.context.calling { () throws(CoAPError) in
                try session.handle.send(
                    type, response.code, messageID: messageID, token: token, options: response.options,
                    payload: response.payload, isRepeated: false)
            }
            return true
        } catch {
            session.logger.debug("notification was refused", metadata: [LogKey.error: "\(error)"])
            return false
        }
    }

    // MARK: The end

    /// Ends a group's observations with an error, which bears no Observe (RFC 7641 §4.2).
    func end(_ group: ObservationGroup, with response: Response, _ type: MessageType) {
        for observer in Array(group.observers.values) { end(observer, with: response, type) }
    }

    private func end(_ observer: Observer, with response: Response, _ type: MessageType) {
        removeObserver(observer.key, "ended with \(response.code.dotted)")
        guard let session = sessions[observer.key.session], !session.isClosed, session.handle.isEstablished else {
            return
        }
        var last = response
        last.options.removeAll(.observe)
        let room = session.handle.maximumMessageSize - Int(observer.key.token.count)
        last = FittedResponse(last, room: room).response
        var type = type
        let now = MonotonicTime.now
        if type == .confirmable,
            !session.unacknowledged.hasRoom(at: now) || unacknowledgedCount >= max(1, configuration.maximumRequests)
        {
            type = .nonConfirmable
        }
        observations.metrics.ended()
        // libcoap repeats it: of what ends there is nothing newer to come.
        let messageID = try? session.context.calling { () throws(CoAPError) in
            try session.handle.send(
                type, last.code, token: observer.key.token, options: last.options, payload: last.payload)
        }
        guard let messageID, type == .confirmable else { return }
        change(session, \.unacknowledgedCount, \.unacknowledged.count) { $0.unacknowledged.add(messageID, at: now) }
    }

    // MARK: What peers say

    /// A confirmable notification was acknowledged.
    func notificationAcknowledged(_ messageID: UInt16, on session: SessionHandle) {
        guard let observer = observations.registry.settle(messageID, on: session) else { return }
        observations.retransmissions.remove(observer.key)
        perform(observer.state.acknowledged(value: observer.group.latestValue, at: .now), observer)
    }

    /// A message was refused by its receiver: if it was a notification, it is the last (RFC 7641 §3.6).
    func reset(messageID: UInt16, on session: SessionHandle) {
        ServerSession.attached(to: session)?.lastHeard = .now
        guard let observer = observations.registry.refusing(messageID, on: session) else { return }
        removeObserver(observer.key, "reset")
    }
}
