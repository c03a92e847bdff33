// SPDX-License-Identifier: Apache-2.0

/// What libcoap reports of a session that is established.
extension ClientConnection {
    /// True for the token of something that is waited for on this session.
    func expects(_ token: Token, on link: ClientLink) -> Bool {
        observations[token] != nil || pending[token].map { $0.link === link } ?? false
    }

    func received(_ message: InboundMessage, on link: ClientLink) -> Bool {
        if let observation = observations[message.token] { return observation.received(message, on: link) }
        guard let request = pending[message.token], request.link === link else {
            // Perhaps the late answer to a request nobody waits for any more.
            return false
        }
        let response = Response(message.code, options: message.options(), payload: message.payload())
        complete(request, ReceivedResponse.result(response, to: request.request, from: target.uri.authority))
        return true
    }

    func acknowledged(_ messageID: UInt16, on link: ClientLink) {
        if isPresent(link), window.settle(messageID) { return tidy(link) }
        guard let request = pending.values.first(where: { $0.messageID == messageID && $0.link === link }) else {
            return
        }
        request.isAcknowledged = true
        freePlace(of: request)
    }

    /// A request is repeated no more, though its answer has yet to come.
    private func freePlace(of request: PendingRequest) {
        guard request.holdsPlace else { return }
        request.holdsPlace = false
        window.leave()
        sendWaiting()
    }

    /// An acknowledgement came that carries a response.
    func answered(_ messageID: UInt16, on link: ClientLink) {
        if isPresent(link), window.settle(messageID) { tidy(link) }
    }

    /// A message was refused with a reset.
    func refused(_ messageID: UInt16, _ token: Token, on link: ClientLink) {
        if isPresent(link), window.settle(messageID) { return tidy(link) }
        if let ping = pings.first(where: { $0.messageID == messageID && $0.link === link }), let sent = ping.sent {
            complete(ping, .success(.now - sent))
        } else if let request = pending[token], token.count > 0, request.link === link {
            let error = CoAPError(
                .protocolError,
                "\(target.uri.authority) refused the message with a reset: it does not understand it, or it is "
                    + "too large for it")
            guard target.isPlain else { return complete(request, .failure(error)) }
            // A reset bears no token. A server that did not send it goes on to answer.
            freePlace(of: request)
            core.loop.schedule(after: Self.resetPatience) { [weak self] in
                guard let self, pending[token] === request, request.link === link else { return }
                complete(request, .failure(error))
            }
        }
    }

    /// How long a response may come behind a reset on plain CoAP.
    private static let resetPatience: Duration = .milliseconds(500)

    /// Nobody acknowledged a message, however often it was repeated.
    func gaveUp(_ messageID: UInt16, _ token: Token, on link: ClientLink) {
        if isPresent(link), window.settle(messageID) { return tidy(link) }
        guard let request = pending[token], token.count > 0, request.link === link else { return }
        complete(
            request,
            .failure(
                CoAPError(
                    .timeout,
                    "\(target.uri.authority) did not acknowledge the request, however often it was repeated")))
    }
}
