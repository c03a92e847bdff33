// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One line on the standard error that says how far a long command is; nothing where no person looks.
struct ProgressLine {
    private let isOn = isatty(STDERR_FILENO) == 1

    /// Replaces the line.
    func show(_ text: String) { if isOn { Terminal.writeError("\r\u{1B}[K\(text)") } }

    /// Removes the line.
    func clear() { if isOn { Terminal.writeError("\r\u{1B}[K") } }
}
