// SPDX-License-Identifier: Apache-2.0

/// The first request on a way that stands: GET /.well-known/core, and a ping where that is not answered. Blocks its thread.
struct FirstRequest {
    let subject: DiagnosisSubject
    /// Sends a message.
    let send: ([UInt8]) -> Void
    /// What the next datagram brings, nothing when none comes until then.
    let receive: (MonotonicTime) -> Arrival

    /// What came.
    struct Arrival {
        var messages: [[UInt8]] = []
        /// True when the network says that nobody listens.
        var isRefused = false
        /// True when the server ended the session.
        var isEnd = false
    }

    /// Asks, and notes the answer.
    func make(_ seen: inout AddressObservation, isCancelled: () -> Bool) {
        var options = Options()
        options.uriPath = [".well-known", "core"]
        let token = Token.random()
        let messageID = UInt16.random(in: .min ... .max)
        let request = Message(
            .confirmable, Method.get.code, messageID: messageID, token: token, options: options)
        let started = MonotonicTime.now
        let answer = exchange(request, started, &seen, isCancelled: isCancelled) { answer in
            answer.code.isResponse && answer.token == token
        }
        if let answer {
            if answer.type == .confirmable {
                send(Message(.acknowledgement, .empty, messageID: answer.messageID).bytes)
            }
            seen.answer = .init(code: answer.code, duration: MonotonicTime.now - started)
            return
        }
        guard !seen.isRefused, !seen.isEnded, !isCancelled() else { return }
        let again = MonotonicTime.now
        let ping = Message(.confirmable, .empty, messageID: messageID &+ 1)
        let reset = exchange(ping, again, &seen, isCancelled: isCancelled) { answer in
            answer.type == .reset && answer.messageID == ping.messageID
        }
        if reset != nil { seen.answer = .init(code: nil, duration: MonotonicTime.now - again) }
    }

    /// Sends a message, repeats it like a confirmable one (RFC 7252 §4.2) and waits for what fits.
    private func exchange(
        _ message: Message, _ started: MonotonicTime, _ seen: inout AddressObservation, isCancelled: () -> Bool,
        where fits: (Message) -> Bool
    ) -> Message? {
        let deadline = started + subject.patience
        var (next, pause) = (started + .seconds(2), Duration.seconds(2))
        send(message.bytes)
        while MonotonicTime.now < deadline, !seen.isRefused || seen.heardAfter != nil, !seen.isEnded, !isCancelled() {
            if MonotonicTime.now >= next {
                send(message.bytes)
                pause = pause * 2
                next = next + pause
            }
            let arrival = receive(min(deadline, next, .now + .milliseconds(200)))
            if arrival.isRefused { seen.isRefused = true }
            if arrival.isEnd { seen.isEnded = true }
            for bytes in arrival.messages {
                if seen.heardAfter == nil { seen.heardAfter = MonotonicTime.now - started }
                if let answer = Message(bytes), fits(answer) { return answer }
            }
        }
        return nil
    }
}
