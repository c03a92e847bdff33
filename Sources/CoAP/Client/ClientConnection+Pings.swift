// SPDX-License-Identifier: Apache-2.0

extension ClientConnection {
    func ping(_ ping: PendingPing, _ completion: @escaping Completion<Duration>) {
        core.loop.preconditionOnLoop()
        guard !ping.isCancelled else { return completion(.failure(Self.cancelled)) }
        if case .closed(let error) = state { return completion(.failure(error)) }
        if let isFull { return completion(.failure(isFull)) }
        ping.completion = completion
        pings.append(ping)
        ping.timer = core.loop.schedule(after: ping.timeout) { [weak self] in
            guard let self else { return }
            ping.timer = nil
            let time = HandshakeFailure.seconds(ping.timeout)
            abandon(ping, CoAPError(.timeout, "no answer from \(target.uri.authority) to a ping within \(time) s"))
        }
        renewIfSilent()
        if case .established(let link) = state { transmit(ping, on: link) } else { connect() }
    }

    func transmit(_ ping: PendingPing, on link: ClientLink) {
        ping.link = link
        ping.sent = .now
        link.users += 1
        do throws(CoAPError) {
            ping.messageID = try link.send(nil, at: .now)
            watchSilence(of: link)
        } catch {
            complete(ping, .failure(error))
        }
    }

    func cancel(_ ping: PendingPing) {
        core.loop.preconditionOnLoop()
        ping.isCancelled = true
        abandon(ping, Self.cancelled)
    }

    func abandon(_ ping: PendingPing, _ error: CoAPError) {
        if let link = ping.link, isPresent(link), let messageID = ping.messageID { window.abandon(messageID) }
        complete(ping, .failure(error))
    }

    func complete(_ ping: PendingPing, _ result: Result<Duration, CoAPError>) {
        guard let index = pings.firstIndex(where: { $0 === ping }) else { return }
        pings.remove(at: index)
        if let timer = ping.timer { core.loop.cancel(timer) }
        ping.timer = nil
        let completion = ping.completion
        ping.completion = nil
        ping.link?.users -= 1
        if let messageID = ping.messageID { ping.link?.settled(messageID) }
        completion?(result)
        if let link = ping.link { tidy(link) }
    }
}
