// SPDX-License-Identifier: Apache-2.0

/// One request of a client on its way to its response. Confined to the client's loop once it is sent.
final class PendingRequest: @unchecked Sendable {
    // Sendable: made by one task and handed to the client's loop, which alone uses it from then on.
    let request: Request
    let token = Token.random()
    let isConfirmable: Bool
    let timeout: Duration
    var completion: ((Result<Response, CoAPError>) -> Void)?
    var timer: TimerQueue<() -> Void>.ID?
    var messageID: UInt16?
    /// When it was handed to libcoap.
    var sent: MonotonicTime?
    var isCancelled = false

    init(_ request: Request, confirmable: Bool, timeout: Duration) {
        self.request = request
        isConfirmable = confirmable
        self.timeout = timeout
    }
}
