// SPDX-License-Identifier: Apache-2.0

import Logging

// From libcoap's callback to the handler.
extension ServerCore: CoAPServerContextDelegate {
    func received(
        request message: InboundMessage, on handle: SessionHandle, of context: CoAPContext, reply: ReplySlot
    ) {
        let type = message.type
        // libcoap hands on requests in acknowledgements, which RFC 7252 §4.2 tells to ignore.
        guard type == .confirmable || type == .nonConfirmable else {
            metrics.dropped("type")
            return reply.silence()
        }
        let now = MonotonicTime.now
        let session = session(of: handle, on: context, now: now)
        if session.isExpelled { return reply.silence() }
        session.lastHeard = now
        guard let method = Method(rawValue: message.code.rawValue) else {
            return refuseMethod(message, type, on: session, now: now, reply)
        }
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
        var request = Request(method: key.method, options: message.options(), payload: message.payload())
        let scan = OptionScan(request.options)
        // Blocks of a body are for those alone who may have all of it, and are taken from nobody else.
        let refusal = table.refusal(inAdvance: request, scan, by: session.peer)
        let kept = refusal == nil ? keptDownload(request, scan, session, now: now) : nil
        let isContinuation = kept != nil || continuesUpload(request, scan, session)
        if refuseOverRate(key, type, on: session, isContinuation: isContinuation, now: now, reply) { return }
        // A stop waits for handlers that read a body, which must come then.
        let isContinuing =
            isStopping && (scan.block1 ?? 0) >> 4 > 0
            && session.transfers.isRead(TransferKey(key.method, request.options))
        let load = Admission.Load(
            ofPeer: session.pending.count, inAll: pendingCount, isStopping: isStopping && !isContinuing)
        switch admission.verdict(scan, type, bodySize: request.payload.count, load) {
        case .admit: break
        case .refuse(let response): return refuse(with: response, session, reply)
        case .turnAway(let response, let reason):
            metrics.dropped(reason)
            return refuse(with: response, session, reply)
        case .ignore:
            metrics.dropped("option")
            return reply.silence()
        }
        if !session.isAddressProved, let challenge = challenge(request, token: key.token, on: session, now: now) {
            return refuse(with: challenge, session, reply)
        }
        var context = RequestContext(peer: session.peer, messageType: type, token: key.token, logger: session.logger)
        context.mayHaveConditions = scan.hasConditions
        context.refusal = refusal
        if kept == nil { table.locate(request, &context) }
        let route: ServerDownload.RouteLabel = kept?.body.route ?? (context.route, context.match?.number ?? -1)
        var received = ReceivedRequest(
            session: session, key: key, type: type, noResponse: scan.noResponse, route: route.path,
            routeNumber: route.number, started: now, options: request.options, hasETag: scan.hasETag,
            payload: request.payload)
        if let kept {
            received.transfer = kept.transfer
            received.block1 = kept.transfer.block1
            if let response = immediateBlock(kept.body, received) {
                // A client that reads a body asks for its next block at once.
                if response.options.block2?.hasMore == true { loop.lookOut(for: .microseconds(50)) }
                return fill(reply, with: response, received)
            }
            let body = kept.body
            return carryOut(received, reply) { await $0.keptBlock(body, $1) }
        }
        if context.refusal != nil {
            abandonUpload(of: request, session)
        } else {
            if scan.hasDigest, let refusal = takeDigest(request, &received, &context) {
                return answer(received, with: refusal, reply)
            }
            if scan.block1 != nil || scan.block2 != nil {
                switch takeBlocks(&request, &received, context, now: now) {
                case .carryOut: break
                case .answer(let response): return answer(received, with: response, reply)
                case .stream(let stream, let block):
                    hand(carryOn(stream, block, request, context, received), to: reply)
                    return checkIdle()
                }
            }
            if let refusal = received.digest?.refusal(of: request.payload) {
                metrics.dropped("digest")
                return answer(received, with: refusal, reply)
            }
        }
        if let observe = scan.observe {
            received.observation = observation(of: request, observe, &context, on: session, now: now)
        }
        // Most handlers need not wait: their answers cost neither task nor exchange.
        if let response = table.immediateResponse(to: request, context) {
            return answer(received, with: response, reply)
        }
        let exchange = ServerExchange(received)
        launch(request, context, exchange)
        hand(exchange, to: reply)
    }

    /// Answers with what a handler returned; a body that is read while it is sent has yet to be opened.
    private func answer(_ received: ReceivedRequest, with response: Response, _ reply: ReplySlot) {
        if response.stream == nil { return fill(reply, with: response, received) }
        carryOut(received, reply) { await $0.opened(response, $1) }
    }

    private func carryOut(
        _ received: ReceivedRequest, _ reply: ReplySlot,
        _ body: @escaping @Sendable (ServerCore, ReceivedRequest) async -> Response
    ) {
        let exchange = ServerExchange(received)
        let core = self
        let task = Task.immediate(executorPreference: loop) {
            core.complete(exchange, await body(core, exchange.request))
        }
        if exchange.inlineResponse == nil { exchange.task = task }
        hand(exchange, to: reply)
    }

    /// Ends libcoap's callback with the answer that came meanwhile, or without one.
    private func hand(_ exchange: ServerExchange, to reply: ReplySlot) {
        if let response = exchange.inlineResponse {
            exchange.inlineResponse = nil
            fill(reply, with: response, exchange.request)
        } else {
            reply.silence()
            putOff(exchange)
        }
    }

    /// A method that nobody knows (RFC 7252 §5.8), 0.08 to 0.31: nothing is looked at for it.
    private func refuseMethod(
        _ message: InboundMessage, _ type: MessageType, on session: ServerSession, now: MonotonicTime,
        _ reply: ReplySlot
    ) {
        // Its repetitions cost what those of a reading request do.
        let key = ExchangeKey(messageID: message.messageID, token: message.token, method: .get)
        if refuseOverRate(key, type, on: session, isContinuation: false, now: now, reply) { return }
        refuse(with: Response(.methodNotAllowed), session, reply)
    }

    func refuse(with response: Response, _ session: ServerSession, _ reply: ReplySlot) {
        metrics.answered(route: "refused", number: -2, code: response.code, by: session.peer.identity, after: .zero)
        var response = response
        // A forged address is not sent much.
        if !session.isAddressProved { response.payload = [] }
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
            if response.stream == nil {
                core.complete(exchange, response)
            } else {
                core.complete(exchange, await core.opened(response, exchange.request))
            }
        }
        if exchange.inlineResponse == nil { exchange.task = task }
    }
}
