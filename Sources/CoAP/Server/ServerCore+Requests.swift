// SPDX-License-Identifier: Apache-2.0

import Logging

// From libcoap's callback to the handler.
extension ServerCore: CoAPServerContextDelegate {
    func received(
        request message: InboundMessage, on handle: SessionHandle, of context: CoAPContext, reply: ReplySlot
    ) {
        let type = message.type
        // libcoap hands on requests in acknowledgements, which RFC 7252 §4.2 tells to ignore.
        guard type == .confirmable || type == .nonConfirmable, let method = Method(rawValue: message.code.rawValue)
        else {
            metrics.dropped("type")
            return reply.silence()
        }
        let now = MonotonicTime.now
        let session = session(of: handle, on: context, now: now)
        session.lastHeard = now
        let key = ExchangeKey(messageID: message.messageID, token: message.token, method: method)
        if !session.pending.isEmpty, let exchange = session.pending[key] {
            metrics.repeated()
            return exchange.state.duplicate() == .sendEmptyAcknowledgement ? reply.acknowledge() : reply.silence()
        }
        switch session.cache.lookup(key, at: now) {
        case .new: start(message, type, key, on: session, now: now, reply: reply)
        case .answered(let response):
            metrics.repeated()
            // It was taken the first time.
            _ = reply.fill(response)
        case .done:
            metrics.repeated()
            if type == .confirmable { reply.acknowledge() } else { reply.silence() }
        }
    }

    private func start(
        _ message: InboundMessage, _ type: MessageType, _ key: ExchangeKey, on session: ServerSession,
        now: MonotonicTime, reply: ReplySlot
    ) {
        let request = Request(method: key.method, options: message.options(), payload: message.payload())
        let scan = OptionScan(request.options)
        let load = Admission.Load(ofPeer: session.pending.count, inAll: pendingCount, isStopping: isStopping)
        switch admission.verdict(scan, type, bodySize: request.payload.count, load) {
        case .admit: break
        case .refuse(let response): return refuse(with: response, reply)
        case .turnAway(let response, let reason):
            metrics.dropped(reason)
            return refuse(with: response, reply)
        case .ignore:
            metrics.dropped("option")
            return reply.silence()
        }
        var context = RequestContext(peer: session.peer, messageType: type, token: key.token, logger: logger)
        context.mayHaveConditions = scan.hasConditions
        table.locate(request, &context)
        let observation = scan.observe.flatMap {
            self.observation(of: request, $0, &context, on: session, now: now)
        }
        let received = ReceivedRequest(
            session: session, key: key, type: type, noResponse: scan.noResponse, route: context.route,
            routeNumber: context.match?.number ?? -1, started: now, observation: observation)
        // Most handlers need not wait: their answers cost neither task nor exchange.
        if let response = table.immediateResponse(to: request, context) {
            return fill(reply, with: response, received)
        }
        let exchange = ServerExchange(received)
        launch(request, context, exchange)
        if let response = exchange.inlineResponse {
            exchange.inlineResponse = nil
            fill(reply, with: response, received)
        } else {
            reply.silence()
            putOff(exchange)
        }
    }

    private func refuse(with response: Response, _ reply: ReplySlot) {
        metrics.answered(route: "refused", number: -2, code: response.code, after: .zero)
        // Nothing in it that libcoap would not take.
        _ = reply.fill(response)
    }

    /// Starts the handler; it runs inline up to its first suspension and may be done when this returns.
    ///
    /// Not isolated to an actor: from there the task would always leave the loop first.
    private func launch(_ request: Request, _ context: RequestContext, _ exchange: ServerExchange) {
        let core = self
        let task = Task.immediate(executorPreference: loop) { [table] in
            let response = await table.response(to: request, context)
            core.complete(exchange, response)
        }
        if exchange.inlineResponse == nil { exchange.task = task }
    }
}
