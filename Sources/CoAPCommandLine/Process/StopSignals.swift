// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation

/// Signals that ask a tool to end: none is lost, and none ends the process behind its back, from the first line on.
struct StopSignals {
    private let signals: [Int32]
    private let queue = DispatchQueue(label: "stop signals")

    /// Holds the signals back, in this thread and those it starts; call it before there are others.
    init(_ signals: [Int32]) {
        self.signals = signals
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// True when whoever started the process had it ignore the signal, as nohup does. A signal that is held back would come
    /// all the same.
    static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(signal, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Calls the closure for each signal, one at a time, those that came since the beginning included. Returns when the next
    /// one would reach it too.
    ///
    /// - Returns: what must be kept as long as signals are to be heard.
    func deliver(to handler: @escaping @Sendable (Int32) -> Void) -> [any DispatchSourceSignal] {
        signals.map { signal in
            let source = DispatchSource.makeSignalSource(signal: signal, queue: queue)
            let registered = DispatchSemaphore(value: 0)
            source.setRegistrationHandler { registered.signal() }
            source.setEventHandler { handler(signal) }
            source.resume()
            registered.wait()
            return source
        }
    }
}
