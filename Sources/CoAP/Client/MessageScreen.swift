// SPDX-License-Identifier: Apache-2.0

/// Which messages of a client's session libcoap may act on. No I/O.
///
/// libcoap 4.3.1 goes by the message id alone. Whoever guesses one of 65,536 stops a request's repetitions by any message that
/// bears it, and a response in an acknowledgement has the true one behind it dropped as a copy, whatever its token. So only those
/// with a token that is waited for get so far (RFC 7252 §5.3.2).
struct MessageScreen {
    /// The ids of messages that somebody waits for an answer to.
    private var awaited: Set<UInt16> = []

    /// A request or ping was sent.
    mutating func sent(_ messageID: UInt16) { awaited.insert(messageID) }

    /// Nobody waits for its answer any more.
    mutating func settled(_ messageID: UInt16) { awaited.remove(messageID) }

    /// Judges a message.
    ///
    /// - Parameters:
    ///   - isExpected: whether it is a response with a token that is waited for here.
    ///   - hasAbandoned: whether messages are still repeated that nobody waits for, and whose ids may be any.
    func verdict(
        _ type: MessageType, _ code: Code, _ messageID: UInt16, isExpected: Bool, hasAbandoned: Bool
    ) -> Screening {
        let isAwaited = awaited.contains(messageID)
        switch type {
        case .acknowledgement:
            if isExpected { return .take }
            if code == .empty { return isAwaited || hasAbandoned ? .take : ignored(messageID) }
            // The late answer to what was given up ends its repetitions.
            return code.isResponse && !isAwaited && hasAbandoned ? .acknowledgement(messageID) : ignored(messageID)
        case .reset:
            return code == .empty && (isAwaited || hasAbandoned) ? .take : ignored(messageID)
        case .confirmable:
            return isExpected || code == .empty ? .take : .reject
        case .nonConfirmable:
            // Both sides count their ids for themselves, but libcoap looks among its own for this one, too.
            if isExpected { return isAwaited ? .renamed(unused(near: messageID)) : .take }
            return code.isResponse ? .reject : ignored(messageID)
        }
    }

    /// Has libcoap do nothing.
    func ignored(_ messageID: UInt16) -> Screening { .acknowledgement(unused(near: messageID)) }

    /// An id that nobody waits for.
    private func unused(near messageID: UInt16) -> UInt16 {
        (0...UInt16.max).lazy.map { messageID &+ 0x8000 &+ $0 }.first { !awaited.contains($0) } ?? messageID
    }
}
