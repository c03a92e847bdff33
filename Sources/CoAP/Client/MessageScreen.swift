// SPDX-License-Identifier: Apache-2.0

/// Which messages of a client's session libcoap may act on. No I/O.
///
/// libcoap 4.3.1 goes by the message id alone. Whoever guesses one of 65,536 stops a request's repetitions by any message that
/// bears it, and a response in an acknowledgement has the true one behind it dropped as a copy, whatever its token. So only those
/// with a token that is waited for, or whose request is repeated still, get so far (RFC 7252 §5.3.2).
struct MessageScreen {
    /// The ids of messages that somebody waits for an answer to.
    private var awaited: Set<UInt16> = []
    /// The messages that libcoap repeats, also when nobody waits for an answer any more. As few as the send window lets out.
    private var repeated: [UInt16: Token] = [:]

    /// A request or ping was sent.
    ///
    /// - Parameters:
    ///   - messageID: its id.
    ///   - token: its token when it is repeated; nil when it is not.
    mutating func sent(_ messageID: UInt16, repeated token: Token?) {
        awaited.insert(messageID)
        repeated[messageID] = token
    }

    /// Nobody waits for its answer any more.
    mutating func settled(_ messageID: UInt16) { awaited.remove(messageID) }

    /// A message is repeated no more.
    mutating func stopped(_ messageID: UInt16) { repeated[messageID] = nil }

    /// Messages with this token are repeated no more.
    ///
    /// - Returns: the ids of those that were until now.
    mutating func stopped(_ token: Token) -> [UInt16] {
        let stopped = repeated.filter { $0.value == token }.map(\.key)
        for messageID in stopped { repeated[messageID] = nil }
        return stopped
    }

    /// Judges a message.
    ///
    /// - Parameters:
    ///   - type: its type.
    ///   - code: its code.
    ///   - messageID: its id.
    ///   - token: its token.
    ///   - isExpected: whether it is a response with a token that is waited for here.
    func verdict(
        _ type: MessageType, _ code: Code, _ messageID: UInt16, _ token: Token, isExpected: Bool
    ) -> Screening {
        switch type {
        case .acknowledgement:
            if isExpected { return .take }
            if code == .empty { return isKnown(messageID) ? .take : ignored(messageID) }
            // The late answer to what was given up ends its repetitions.
            let isLate = code.isResponse && token.count > 0 && repeated[messageID] == token
            return isLate ? .acknowledgement(messageID) : ignored(messageID)
        case .reset:
            return code == .empty && isKnown(messageID) ? .take : ignored(messageID)
        case .confirmable, .nonConfirmable:
            // Both sides count their ids for themselves. But libcoap takes back what it has sent under this one, and drops a
            // confirmable message with the id of the one before as a copy.
            if isExpected || (code.isResponse && isRepeated(token)) {
                return .nonConfirmable(unused(near: messageID))
            }
            if type == .confirmable { return code == .empty ? .take : .reject }
            return code.isResponse ? .reject : ignored(messageID)
        }
    }

    /// Has libcoap do nothing.
    func ignored(_ messageID: UInt16) -> Screening { .acknowledgement(unused(near: messageID)) }

    private func isKnown(_ messageID: UInt16) -> Bool { awaited.contains(messageID) || repeated[messageID] != nil }

    private func isRepeated(_ token: Token) -> Bool { token.count > 0 && repeated.values.contains(token) }

    /// An id of none of the messages sent.
    private func unused(near messageID: UInt16) -> UInt16 {
        (0...UInt16.max).lazy.map { messageID &+ 0x8000 &+ $0 }.first { !isKnown($0) } ?? messageID
    }
}
