// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Shows on the terminal how far a transfer is, once it has taken a second.
final class TransferMeter: Sendable {
    private struct State {
        var started = MonotonicTime.now
        var shown: MonotonicTime?
        var completed = 0
    }

    private static let patience = Duration.seconds(1)
    private static let interval = Duration.milliseconds(200)

    private let line = ProgressLine()
    private let state = Locked(State())

    /// Takes note of how far the transfer is.
    func update(_ progress: TransferProgress) {
        let now = MonotonicTime.now
        let elapsed = state.withLock { state -> Duration? in
            // A response's body begins behind the request's.
            if progress.completed < state.completed { state.started = now }
            state.completed = progress.completed
            guard now - state.started >= Self.patience, state.shown.map({ now - $0 >= Self.interval }) ?? true else {
                return nil
            }
            state.shown = now
            return now - state.started
        }
        if let elapsed { line.show(Self.text(progress, after: elapsed)) }
    }

    /// Removes the line.
    func end() { if state.withLock({ $0.shown != nil }) { line.clear() } }

    /// `3.2 MiB of 8.0 MiB, 40 %, 1.1 MiB/s`.
    static func text(_ progress: TransferProgress, after elapsed: Duration) -> String {
        var parts = [size(progress.completed)]
        if let total = progress.total { parts[0] += " of \(size(total))" }
        if let fraction = progress.fraction { parts.append("\(Int(fraction * 100)) %") }
        if elapsed > .zero { parts.append("\(size(Int(Double(progress.completed) / elapsed.inSeconds)))/s") }
        return parts.joined(separator: ", ")
    }

    /// Bytes for a person: `512 bytes`, `1.5 KiB`, `3.2 MiB`.
    static func size(_ bytes: Int) -> String {
        guard bytes >= 1024 else { return "\(bytes) bytes" }
        let (unit, name) = bytes < 1 << 20 ? (1 << 10, "KiB") : (1 << 20, "MiB")
        let tenths = bytes * 10 / unit
        return "\(tenths / 10).\(tenths % 10) \(name)"
    }
}
