// SPDX-License-Identifier: Apache-2.0

/// One observation. Confined to the server's loop.
final class Observer {
    let key: ObserverKey
    let group: ObservationGroup
    /// What the registration says of blocks: the size it asked for, and the key that the rest of a notification will be asked for
    /// with (RFC 7959 §2.6).
    let transfer: BlockwiseRequest
    /// The digests it asked for, as its own request decides them.
    let digest: RequestDigest?
    var state: ObserverState
    var timer: TimerQueue<() -> Void>.ID?
    /// When the timer fires.
    var deadline: MonotonicTime?

    init(
        _ key: ObserverKey, in group: ObservationGroup, transfer: BlockwiseRequest, digest: RequestDigest? = nil,
        state: ObserverState
    ) {
        self.key = key
        self.group = group
        self.transfer = transfer
        self.digest = digest
        self.state = state
    }
}
