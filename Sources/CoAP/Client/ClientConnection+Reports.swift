// SPDX-License-Identifier: Apache-2.0

/// What libcoap reports of a session that is established.
extension ClientConnection {
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
            complete(
                request,
                .failure(
                    CoAPError(
                        .protocolError,
                        "\(target.uri.authority) refused the message with a reset: it does not understand it, or it is "
                            + "too large for it")))
        }
    }

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
