// SPDX-License-Identifier: Apache-2.0

/// One request on its way to an answer that is not there at once. Confined to the server's loop.
final class ServerExchange: @unchecked Sendable {
    // Sendable: every use is on the server's loop, which its methods check.
    let request: ReceivedRequest
    var state: ExchangeState
    /// The answer, when it came while libcoap's callback was still open.
    var inlineResponse: Response?
    var task: Task<Void, Never>?
    var timer: TimerQueue<() -> Void>.ID?
    var isDeferred = false

    init(_ request: ReceivedRequest) {
        self.request = request
        state = ExchangeState(isConfirmable: request.isConfirmable)
    }
}
