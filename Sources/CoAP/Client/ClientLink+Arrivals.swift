// SPDX-License-Identifier: Apache-2.0

/// Judges what comes, and answers in libcoap's place.
extension ClientLink {
    /// A response of the server's own that libcoap is shown as a non-confirmable message with another id.
    struct Arrival {
        let isConfirmable: Bool
        let messageID: UInt16
        let token: Token
    }

    /// A message came, before libcoap acts on it.
    ///
    /// On plain CoAP only what bears the id or token of something that is waited for, or repeated still, counts as heard:
    /// anybody may have sent the rest.
    func judge(_ message: InboundMessage) -> Screening {
        let (type, code, messageID, token) = (message.type, message.code, message.messageID, message.token)
        if isDTLS { liveness.heard() }
        if type == .confirmable, code.isResponse, let wasTaken = dealt.wasTaken(messageID, token, at: .now) {
            if !isDTLS { liveness.heard() }
            answerCopy(of: messageID, wasTaken: wasTaken)
            return screen.ignored(messageID)
        }
        let isExpected = code.isResponse && owner?.expects(token, on: self) ?? false
        let verdict = screen.verdict(type, code, messageID, token, isExpected: isExpected)
        if case .nonConfirmable = verdict {
            if !isDTLS { liveness.heard() }
            // libcoap would refuse it by the id that it is shown (RFC 7252 §5.4.1).
            guard !message.hasUnknownCriticalOption else { return .reject }
            arrival = Arrival(isConfirmable: type == .confirmable, messageID: messageID, token: token)
            return verdict
        }
        // It ends repetitions, or a ping.
        let stops = verdict == .take && type != .confirmable || verdict == .acknowledgement(messageID)
        guard stops else { return verdict }
        if !isDTLS { liveness.heard() }
        // libcoap tells of resets by itself.
        guard type == .acknowledgement else { return verdict }
        screen.stopped(messageID)
        if code == .empty {
            owner?.acknowledged(messageID, on: self)
        } else {
            // Perhaps the answer to an observation's registration that was given up.
            owner?.answered(messageID, on: self)
        }
        return verdict
    }

    /// libcoap hands over a response.
    ///
    /// - Returns: false when it is to refuse it with a reset.
    func received(_ message: InboundMessage) -> Bool {
        guard let arrival, message.type == .nonConfirmable else { return owner?.received(message, on: self) ?? false }
        self.arrival = nil
        // libcoap has taken these back, and what follows may send another one with the token.
        let stopped = screen.stopped(arrival.token)
        let isTaken = owner?.received(message, on: self) ?? false
        answer(arrival, isTaken: isTaken)
        for messageID in stopped { owner?.answered(messageID, on: self) }
        return true
    }

    /// Answers with the id that the server gave its message, from within libcoap's callback.
    private func answer(_ arrival: Arrival, isTaken: Bool) {
        if arrival.isConfirmable { dealt.note(arrival.messageID, arrival.token, wasTaken: isTaken, at: .now) }
        // The connection may have let go of the session meanwhile, which is there until the batch is over.
        guard arrival.isConfirmable || !isTaken, handle.isEstablished else { return }
        _ = try? handle.send(isTaken ? .acknowledgement : .reset, .empty, messageID: arrival.messageID)
    }

    /// Answers a copy of a confirmable message as the message itself.
    private func answerCopy(of messageID: UInt16, wasTaken: Bool) {
        context.afterDispatch { [weak self] in
            guard let self, isEstablished else { return }
            _ = try? context.calling { () throws(CoAPError) in
                try handle.send(wasTaken ? .acknowledgement : .reset, .empty, messageID: messageID)
            }
        }
    }
}
