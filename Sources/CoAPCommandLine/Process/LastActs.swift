// SPDX-License-Identifier: Apache-2.0

import CoAP
import Dispatch

/// What must be done before the process ends though its command does not get there: the terminal given back, a file that is
/// not whole removed.
final class LastActs: Sendable {
    /// Those of this process.
    static let ofProcess = LastActs()

    private struct State {
        var acts: [Int: @Sendable () -> Void] = [:]
        var next = 0
    }

    private let state = Locked(State())
    private let patience: DispatchTimeInterval

    /// No acts yet.
    ///
    /// - Parameter patience: how long all may take: a terminal that somebody has stopped takes nothing.
    init(patience: DispatchTimeInterval = .milliseconds(200)) { self.patience = patience }

    /// Adds an act, which may be done when it is needed no more.
    ///
    /// - Returns: what ``remove(_:)`` takes.
    func add(_ act: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.next += 1
            state.acts[state.next] = act
            return state.next
        }
    }

    /// Takes an act back.
    func remove(_ number: Int) { _ = state.withLock { $0.acts.removeValue(forKey: number) } }

    /// Does all of them, each once, and waits for them a little.
    func run() {
        let acts = state.withLock { state in
            defer { state.acts = [:] }
            return Array(state.acts.values)
        }
        let group = DispatchGroup()
        for act in acts { DispatchQueue.global().async(group: group) { act() } }
        _ = group.wait(timeout: .now() + patience)
    }
}
