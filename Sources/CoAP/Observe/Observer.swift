// SPDX-License-Identifier: Apache-2.0

/// One observation. Confined to the server's loop.
final class Observer {
    let key: ObserverKey
    let group: ObservationGroup
    var state: ObserverState
    var timer: TimerQueue<() -> Void>.ID?
    /// When the timer fires.
    var deadline: MonotonicTime?

    init(_ key: ObserverKey, in group: ObservationGroup, state: ObserverState) {
        self.key = key
        self.group = group
        self.state = state
    }
}
