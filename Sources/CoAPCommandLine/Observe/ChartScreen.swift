// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// The chart of `coap observe --plot` on a terminal's other screen; the one before comes back at its end, and has the last value.
final class ChartScreen: Sendable {
    private let title: String
    private let state = Locked(State())

    private struct State {
        var values: [Double] = []
        var note = ""
        var last = ""
        var isShown = false
        var isOver = false
        var lastAct: Int?
    }

    /// How many values are kept: what the widest terminal shows.
    private static let kept = 4_000

    init(title: String) { self.title = title }

    /// Draws with another value. Nothing is drawn any more behind ``leave()``.
    func add(_ value: Double?, text: String) throws(OutputError) {
        try change { state in
            if let value { state.values = state.values.suffix(Self.kept - 1) + [value] }
            state.last = text
            state.note = value == nil ? "no number" : ""
        }
    }

    /// Draws with what is to know beside the values.
    func note(_ text: String) throws(OutputError) {
        try change { $0.note = text }
    }

    private func change(_ body: (inout State) -> Void) throws(OutputError) {
        // Written under the lock, so that no chart comes behind what gives the terminal back.
        try state.withLock { state -> Result<Void, OutputError> in
            body(&state)
            let screen = draw(&state)
            return Result { () throws(OutputError) in try Terminal.write(screen) }
        }.get()
    }

    /// Gives the terminal back as it was, and leaves the last value behind: what stood on the chart is gone with it.
    func leave() {
        state.withLock { state in
            if let act = state.lastAct { LastActs.ofProcess.remove(act) }
            state.lastAct = nil
            state.isOver = true
            guard state.isShown else { return }
            state.isShown = false
            try? Terminal.write("\u{1B}[?25h\u{1B}[?1049l")
            if !state.last.isEmpty { Terminal.writeError("\(ObservationText.time(Date())) \(state.last)\n") }
        }
    }

    private func draw(_ state: inout State) -> String {
        guard !state.isOver else { return "" }
        if state.lastAct == nil { state.lastAct = LastActs.ofProcess.add { [weak self] in self?.leave() } }
        // The terminal's size may change any time.
        let terminal = Terminal.output
        let chart = BrailleChart(width: terminal.width, height: terminal.height - 3)
        var lines = ["\(title)  \(state.last)"] + chart.rows(state.values)
        lines.append(state.note)
        let begin = state.isShown ? "" : "\u{1B}[?1049h\u{1B}[?25l"
        state.isShown = true
        // Each line is cleared behind its end, not the screen before: that would flicker.
        return begin + "\u{1B}[H"
            + lines.map { String($0.prefix(terminal.width)) + "\u{1B}[K" }.joined(separator: "\r\n")
            + "\u{1B}[J"
    }
}
