// SPDX-License-Identifier: Apache-2.0

/// What a server keeps of its observations. Confined to its loop.
final class ServerObservations {
    var registry: ObserverRegistry
    /// The confirmable notifications under way.
    var retransmissions = RetransmissionQueue<ObserverKey>()
    var retransmissionTimer: TimerQueue<() -> Void>.ID?
    /// When it ends.
    var retransmissionDeadline = MonotonicTime.now
    let metrics = ObserveMetrics()

    init(_ configuration: ServerConfiguration) {
        registry = ObserverRegistry(
            perSession: configuration.maximumObservationsPerSession, inAll: configuration.maximumObservations)
    }
}
