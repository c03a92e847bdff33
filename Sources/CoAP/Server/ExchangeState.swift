// SPDX-License-Identifier: Apache-2.0

/// When and how the answer to one request is sent (RFC 7252 §5.2): piggybacked on the acknowledgement while that is
/// still to come, else in a message of its own.
struct ExchangeState: Equatable {
    private enum Phase: Equatable {
        /// libcoap waits in its callback.
        case inline
        /// The callback is over, nothing was sent.
        case waiting
        /// The empty acknowledgement is sent.
        case acknowledged
        /// Answered, or given up.
        case over
    }

    /// What is to be done.
    enum Action: Equatable {
        /// Nothing.
        case none
        /// Fill the reply that libcoap sends when its callback ends.
        case fillReply
        /// Send an acknowledgement that carries the response.
        case sendPiggybacked
        /// Send the response in a message of its own, of this type.
        case sendSeparate(MessageType)
        /// Send an empty acknowledgement.
        case sendEmptyAcknowledgement
    }

    private var phase = Phase.inline
    private let isConfirmable: Bool

    /// An exchange that starts with a request in libcoap's callback.
    init(isConfirmable: Bool) { self.isConfirmable = isConfirmable }

    /// The callback ends without an answer.
    mutating func callbackEnded() { if phase == .inline { phase = .waiting } }

    /// The answer is there.
    mutating func responseReady() -> Action {
        defer { phase = .over }
        switch phase {
        case .inline: return .fillReply
        case .waiting: return isConfirmable ? .sendPiggybacked : .sendSeparate(.nonConfirmable)
        case .acknowledged: return .sendSeparate(.confirmable)
        case .over: return .none
        }
    }

    /// The peer has waited long enough for a sign.
    mutating func acknowledgementDue() -> Action {
        guard phase == .waiting, isConfirmable else { return .none }
        phase = .acknowledged
        return .sendEmptyAcknowledgement
    }

    /// The same request came again while it is under way.
    func duplicate() -> Action { phase == .acknowledged ? .sendEmptyAcknowledgement : .none }

    /// The session is gone.
    mutating func abandon() { phase = .over }
}
