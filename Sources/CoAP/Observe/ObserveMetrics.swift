// SPDX-License-Identifier: Apache-2.0

import Metrics

/// The counters of observations. Confined to the server's loop.
final class ObserveMetrics {
    private let relations: Meter
    private let confirmable: Counter
    private let nonConfirmable: Counter
    private let terminal: Counter

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        relations = Meter(label: "coap.observe.relations", factory: factory)
        func counter(_ type: String) -> Counter {
            Counter(label: "coap.observe.notifications", dimensions: [("type", type)], factory: factory)
        }
        confirmable = counter("con")
        nonConfirmable = counter("non")
        terminal = counter("terminal")
    }

    /// Observations came or went; by differences, since several servers of a process add up.
    func relationsChanged(by difference: Int) {
        if difference < 0 {
            relations.decrement(by: Double(-difference))
        } else {
            relations.increment(by: Double(difference))
        }
    }

    /// A notification was sent.
    func notified(_ type: MessageType) {
        if type == .confirmable { confirmable.increment() } else { nonConfirmable.increment() }
    }

    /// An observation was ended by an error.
    func ended() { terminal.increment() }
}
