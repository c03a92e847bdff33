// SPDX-License-Identifier: Apache-2.0

/// One observation. Confined to the server's loop.
final class Observer {
    let key: ObserverKey
    let group: ObservationGroup
    /// The size of blocks that the registration asked for (RFC 7959 §2.6).
    let block2: BlockOption?
    var state: ObserverState
    var timer: TimerQueue<() -> Void>.ID?
    /// When the timer fires.
    var deadline: MonotonicTime?

    init(_ key: ObserverKey, in group: ObservationGroup, block2: BlockOption?, state: ObserverState) {
        self.key = key
        self.group = group
        self.block2 = block2
        self.state = state
    }
}
