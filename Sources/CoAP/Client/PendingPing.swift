// SPDX-License-Identifier: Apache-2.0

/// One ping of a client on its way to its answer. Confined to the client's loop once it is sent.
final class PendingPing: @unchecked Sendable {
    // Sendable: made by one task and handed to the client's loop, which alone uses it from then on.
    let timeout: Duration
    var completion: ((Result<Duration, CoAPError>) -> Void)?
    var timer: TimerQueue<() -> Void>.ID?
    /// The message it is; nil before it is sent.
    var messageID: UInt16?
    /// What it was sent on.
    weak var link: ClientLink?
    /// When it was handed to libcoap.
    var sent: MonotonicTime?
    var isCancelled = false

    init(timeout: Duration) { self.timeout = timeout }
}
