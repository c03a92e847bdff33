// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// Where the tools write to, and what that can show.
struct Terminal: Sendable {
    /// True when a person reads it and not a program.
    var isInteractive: Bool
    /// True when dim and bold may be used.
    var hasColour: Bool
    /// Columns.
    var width: Int

    /// The standard output.
    static var output: Terminal {
        let isInteractive = isatty(STDOUT_FILENO) == 1
        var size = winsize()
        let known = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let environment = ProcessInfo.processInfo.environment
        return Terminal(
            isInteractive: isInteractive,
            hasColour: isInteractive && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb",
            width: known ? max(40, Int(size.ws_col)) : 120)
    }

    /// Writes text to the standard output at once.
    static func write(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }

    /// Writes bytes to the standard output at once.
    static func write(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

    /// Writes text to the standard error.
    static func writeError(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

    /// Says on one line what went wrong, behind the tool's name.
    static func complain(_ message: String) {
        let name = (CommandLine.arguments.first ?? "coap").split(separator: "/").last.map(String.init) ?? "coap"
        writeError("\(name): \(message)\n")
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var start = 0
        while start < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress?.advanced(by: start), $0.count - start)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            start += count
        }
    }
}
