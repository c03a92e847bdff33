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
    /// Rows.
    var height = 24

    /// The standard output.
    static var output: Terminal {
        let isInteractive = isatty(STDOUT_FILENO) == 1
        var size = winsize()
        let known = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let environment = ProcessInfo.processInfo.environment
        return Terminal(
            isInteractive: isInteractive,
            hasColour: isInteractive && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb",
            width: known ? max(40, Int(size.ws_col)) : 120, height: known ? max(6, Int(size.ws_row)) : 24)
    }

    /// Writes text to the standard output at once.
    ///
    /// - Throws: ``OutputError`` when it is closed or full.
    static func write(_ text: String) throws(OutputError) { try write(Array(text.utf8)) }

    /// Writes bytes to the standard output at once.
    ///
    /// - Throws: ``OutputError`` when it is closed or full.
    static func write(_ bytes: [UInt8]) throws(OutputError) {
        let number = write(bytes, to: STDOUT_FILENO)
        guard number != 0 else { return }
        throw OutputError(
            message: "the standard output cannot be written: \(String(cString: strerror(number)))",
            status: ExitStatus.outputFailed)
    }

    /// Writes text to the standard error; nobody is left to tell when that fails.
    static func writeError(_ text: String) { _ = write(Array(text.utf8), to: STDERR_FILENO) }

    /// Says on one line what went wrong, behind the tool's name.
    static func complain(_ message: String) {
        let name = (CommandLine.arguments.first ?? "coap").split(separator: "/").last.map(String.init) ?? "coap"
        writeError("\(name): \(message)\n")
    }

    /// Writes all of the bytes; returns the system's error number, 0 for none.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        var start = 0
        while start < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress?.advanced(by: start), $0.count - start)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                // Someone made the terminal or pipe non-blocking: wait until it takes more.
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
                continue
            }
            guard count > 0 else { return count < 0 ? errno : EIO }
            start += count
        }
        return 0
    }
}
