// SPDX-License-Identifier: Apache-2.0

import Logging

// From the handler's answer to the wire.
extension ServerCore {
    /// The answer is there while libcoap's callback is still open.
    func fill(_ reply: ReplySlot, with response: Response, _ request: ReceivedRequest) {
        var sent = prepared(response, request)
        if !reply.fill(sent) {
            sent = Response(.internalServerError)
            unregister(request)
            warn(.responseReplaced, "response was refused", request, "an option stands too often or is too long")
            transmit(request.isConfirmable ? .sendPiggybacked : .sendSeparate(.nonConfirmable), sent, request)
        }
        let now = MonotonicTime.now
        if !request.key.method.isSafe { remember(request, sent, isSeparate: false, now: now) }
        report(request, sent, now: now)
    }

    /// The callback ends without an answer: the exchange goes on by itself.
    func putOff(_ exchange: ServerExchange) {
        exchange.state.callbackEnded()
        exchange.isDeferred = true
        let request = exchange.request
        request.session.pending[request.key] = exchange
        request.session.handle.retain()
        pendingCount += 1
        metrics.activeChanged(by: 1)
        exchange.timer = loop.schedule(after: configuration.acknowledgementDelay) { [weak self] in
            guard let self else { return }
            exchange.timer = nil
            self.transmit(exchange.state.acknowledgementDue(), Response(.empty), request)
            // The session may have ended in the attempt, and the exchange with it.
            guard exchange.isDeferred else { return }
            exchange.timer = self.loop.schedule(after: self.configuration.handlerTimeout) { [weak self] in
                exchange.timer = nil
                guard let self else { return }
                self.warn(
                    .handlerTimedOut, "handler timed out", request,
                    "no answer in \(self.configuration.handlerTimeout)")
                exchange.task?.cancel()
                self.complete(exchange, .diagnostic(.serviceUnavailable, "the resource took too long"))
            }
        }
    }

    /// The handler's answer, on the loop by the task's executor preference.
    func complete(_ exchange: ServerExchange, _ response: Response) {
        loop.preconditionOnLoop()
        var action = exchange.state.responseReady()
        if action == .fillReply {
            exchange.inlineResponse = response
            return
        }
        guard action != .none else { return }
        let request = exchange.request
        let session = request.session
        let now = MonotonicTime.now
        if action == .sendSeparate(.confirmable) {
            // RFC 7252 §5.2.2 leaves the type to the server: a peer that acknowledges nothing gets what costs nothing.
            let hasRoom =
                session.unacknowledged.hasRoom(at: now) && unacknowledgedCount < max(1, configuration.maximumRequests)
            // Nor is anything repeated to an address that was not proved.
            if !hasRoom || !session.isAddressProved { action = .sendSeparate(.nonConfirmable) }
        }
        var sent = prepared(response, request)
        if !transmit(action, sent, request) {
            sent = Response(.internalServerError)
            unregister(request)
            transmit(action, sent, request)
        }
        if !request.key.method.isSafe || action != .sendPiggybacked {
            remember(request, sent, isSeparate: action != .sendPiggybacked, now: now)
        }
        report(request, sent, now: now)
        finish(exchange)
    }

    /// Gives up every request of a session that waits for its answer, and every observation.
    func abandon(_ session: ServerSession, answer: Bool) {
        removeObservers(of: session.handle, "session ended")
        for exchange in Array(session.pending.values) {
            exchange.task?.cancel()
            if answer {
                complete(exchange, .diagnostic(.serviceUnavailable, "the server is stopping"))
            } else {
                exchange.state.abandon()
                finish(exchange)
            }
        }
    }

    /// The last step of an exchange whose answer was not ready at once.
    private func finish(_ exchange: ServerExchange) {
        guard exchange.isDeferred else { return }
        exchange.isDeferred = false
        exchange.task = nil
        if let timer = exchange.timer { loop.cancel(timer) }
        exchange.timer = nil
        let session = exchange.request.session
        session.pending[exchange.request.key] = nil
        pendingCount -= 1
        metrics.activeChanged(by: -1)
        // The session may go away with its last holder, so not in the middle of libcoap's own work.
        session.context.afterDispatch { session.handle.release() }
        checkIdle()
    }

    /// The response as it is sent: what a registration adds to it, and what fits.
    private func prepared(_ response: Response, _ request: ReceivedRequest) -> Response {
        if let observation = request.observation { return answer(observation, with: response, request) }
        return fitting(response, request)
    }

    /// The response as it can be sent.
    func fitting(_ response: Response, _ request: ReceivedRequest) -> Response {
        var response = sealed(response, request)
        if request.shapesResponse || response.payload.count > preferredBlockSize {
            response = shaped(response, request, now: .now)
        }
        if !request.session.isAddressProved { response = limited(response, request) }
        let room = request.session.handle.maximumMessageSize - Int(request.key.token.count)
        if response.code.isSuccess, response.fits(room) { return response }
        let fitted = FittedResponse(response, room: room)
        if let problem = fitted.problem {
            warn(.responseReplaced, "response cannot be sent as it is", request, problem)
        }
        return fitted.response
    }

    /// Sends what the exchange asks for, unless the session is gone.
    ///
    /// - Returns: false when libcoap refuses the response.
    @discardableResult
    private func transmit(_ action: ExchangeState.Action, _ response: Response, _ request: ReceivedRequest) -> Bool {
        let session = request.session
        let handle = session.handle
        guard !session.isClosed, handle.isEstablished else { return true }
        let isSuppressed = request.suppresses(response.code)
        do {
            try session.context.calling { () throws(CoAPError) in
                switch action {
                case .sendPiggybacked where isSuppressed, .sendEmptyAcknowledgement:
                    try handle.send(.acknowledgement, .empty, messageID: request.key.messageID)
                case .sendPiggybacked:
                    try handle.send(
                        .acknowledgement, response.code, messageID: request.key.messageID, token: request.key.token,
                        options: response.options, payload: response.payload)
                case .sendSeparate(let type) where !isSuppressed:
                    let messageID = try handle.send(
                        type, response.code, token: request.key.token, options: response.options,
                        payload: response.payload)
                    guard type == .confirmable, let messageID else { return }
                    change(session, \.unacknowledgedCount, \.unacknowledged.count) {
                        $0.unacknowledged.add(messageID, at: .now)
                    }
                default: break
                }
            }
            return true
        } catch {
            warn(.responseReplaced, "response was refused", request, "\(error)")
            return false
        }
    }

    /// Remembers the answer for the case that the request comes again.
    private func remember(_ request: ReceivedRequest, _ response: Response, isSeparate: Bool, now: MonotonicTime) {
        let keepsResponse = request.isConfirmable && !isSeparate && !request.suppresses(response.code)
        let mayGrow = rememberedCount < configuration.maximumRememberedExchanges
        change(request.session, \.rememberedCount, \.cache.count) {
            $0.cache.note(
                request.key, keepsResponse ? response : nil,
                lifetime: request.isConfirmable ? ExchangeCache.exchangeLifetime : ExchangeCache.nonLifetime, at: now,
                mayGrow: mayGrow,
                whole: sessions.count > 500 ? ExchangeCache.wholeCapacity : ExchangeCache.generousCapacity)
        }
    }

    private func report(_ request: ReceivedRequest, _ response: Response, now: MonotonicTime) {
        let time = now - request.started
        metrics.answered(
            route: request.route, number: request.routeNumber, code: response.code, by: request.session.peer.identity,
            after: time)
        guard logger.logLevel <= .debug else { return }
        request.session.logger.debug(
            "request answered",
            metadata: [
                LogKey.method: "\(request.key.method)", LogKey.route: "\(request.route)",
                LogKey.code: "\(response.code.dotted)", LogKey.messageType: "\(request.type)",
                LogKey.token: "\(request.key.token)", LogKey.duration: "\(time)",
            ])
    }

    /// Logs what a peer can provoke as often as it likes.
    private func warn(
        _ kind: LogLimiter.Kind, _ message: Logger.Message, _ request: ReceivedRequest, _ reason: String
    ) {
        guard let suppressed = table.limiter.admit(kind, route: request.route) else { return }
        request.session.logger.warning(
            message,
            metadata: [
                LogKey.route: "\(request.route)", LogKey.error: "\(reason)", LogKey.suppressed: "\(suppressed)",
            ])
    }
}
