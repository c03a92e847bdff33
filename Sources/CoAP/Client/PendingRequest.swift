// SPDX-License-Identifier: Apache-2.0

/// One request of a client on its way to its response. Confined to the client's loop once it is sent.
final class PendingRequest: @unchecked Sendable {
    // Sendable: made by one task and handed to the client's loop, which alone uses it from then on.
    let request: Request
    let token: Token
    let isConfirmable: Bool
    let timeout: Duration
    var completion: ((Result<Response, CoAPError>) -> Void)?
    var timer: TimerQueue<() -> Void>.ID?
    /// The message that carries it; nil before it is sent.
    var messageID: UInt16?
    /// What it was sent on; nil before.
    var link: ClientLink?
    /// When it was handed to libcoap.
    var sent: MonotonicTime?
    /// What ``Liveness/mark`` was then.
    var mark = 0
    /// True while it holds a place in the send window.
    var holdsPlace = false
    /// True once the server has acknowledged it without a response.
    var isAcknowledged = false
    var isCancelled = false

    /// ``Request/mayBeRepeated``.
    var mayBeRepeated: Bool { request.mayBeRepeated }

    init(_ request: Request, confirmable: Bool, timeout: Duration, token: Token = .random()) {
        self.token = token
        self.request = request
        isConfirmable = confirmable
        self.timeout = timeout
    }
}

extension Request {
    /// True when doing it twice is the same as once: for idempotent methods without conditions, whose second answer would be
    /// that the condition does not hold any more (RFC 7252 §5.1, §5.10.8).
    var mayBeRepeated: Bool {
        method.isIdempotent && !options.contains(.ifMatch) && !options.contains(.ifNoneMatch)
    }
}
