// SPDX-License-Identifier: Apache-2.0

/// One request on its way to its answer. Confined to the server's loop.
final class ServerExchange: @unchecked Sendable {
    // Sendable: every use is on the server's loop, which its methods check.
    let session: ServerSession
    let messageID: UInt16
    let token: Token
    let type: MessageType
    let method: Method
    let noResponse: UInt8
    let started: MonotonicTime
    var state: ExchangeState
    /// The answer, when it came while libcoap's callback was still open.
    var inlineResponse: Response?
    var route = ""
    var task: Task<Void, Never>?
    var timer: TimerQueue<() -> Void>.ID?
    var isDeferred = false

    init(session: ServerSession, message: InboundMessage, method: Method, noResponse: UInt8, started: MonotonicTime) {
        self.session = session
        messageID = message.messageID
        token = message.token
        type = message.type
        self.method = method
        self.noResponse = noResponse
        self.started = started
        state = ExchangeState(isConfirmable: type == .confirmable)
    }

    /// True when the client does not want a response of this class (RFC 7967 §2.1).
    func suppresses(_ code: Code) -> Bool { noResponse & (1 << (code.class &- 1)) != 0 }
}
