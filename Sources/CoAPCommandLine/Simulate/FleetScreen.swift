// SPDX-License-Identifier: Apache-2.0

import CoAP

/// The live view of `coap simulate` on a terminal's other screen; the one before comes back at its end.
final class FleetScreen: Sendable {
    private struct State {
        var isShown = false
        var isOver = false
        var lastAct: Int?
    }

    private let state = Locked(State())

    /// Draws. Nothing is drawn any more behind ``leave()``.
    func draw(_ rows: [String]) {
        // Written under the lock, so that nothing comes behind what gives the terminal back.
        state.withLock { state in
            guard !state.isOver else { return }
            if state.lastAct == nil { state.lastAct = LastActs.ofProcess.add { [weak self] in self?.leave() } }
            let terminal = Terminal.output
            var shown = rows.prefix(terminal.height - 2).map { PrintableText.escaped($0.utf8) }
            shown.append("")
            shown.append("Ctrl-C ends it with the report")
            let begin = state.isShown ? "" : "\u{1B}[?1049h\u{1B}[?25l"
            state.isShown = true
            // Each line is cleared behind its end, not the screen before: that would flicker.
            let lines = shown.map { String($0.prefix(terminal.width)) + "\u{1B}[K" }
            try? Terminal.write(begin + "\u{1B}[H" + lines.joined(separator: "\r\n") + "\u{1B}[J")
        }
    }

    /// Gives the terminal back as it was.
    func leave() {
        state.withLock { state in
            if let act = state.lastAct { LastActs.ofProcess.remove(act) }
            state.lastAct = nil
            state.isOver = true
            guard state.isShown else { return }
            state.isShown = false
            try? Terminal.write("\u{1B}[?25h\u{1B}[?1049l")
        }
    }
}
