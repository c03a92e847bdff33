// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Testing

/// A terminal of 80 columns and 24 rows that a tool writes to; nobody sits at it.
final class PseudoTerminal: Sendable {
    /// TIOCSPTLCK and TIOCGPTN, which are macros with arguments.
    private static let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    private let name: String
    private let keeper: Int32
    private let shown = Locked<[UInt8]>([])
    private let isStopped = Locked(false)

    /// What was written to it.
    var output: String { String(decoding: shown.withLock { $0 }, as: UTF8.self) }

    init() throws {
        // Swift's Glibc module has no posix_openpt() and what goes with it; this is what they do.
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number): (Int32, UInt32) = (0, 0)
        try #require(
            master >= 0 && ioctl(master, Self.setLock, &lock) == 0 && ioctl(master, Self.getNumber, &number) == 0)
        var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
        name = "/dev/pts/\(number)"
        // As long as somebody has it open the other end can be read.
        keeper = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(keeper >= 0)
        Thread.detachNewThread { [shown, isStopped] in
            var bytes = [UInt8](repeating: 0, count: 4096)
            while !isStopped.withLock({ $0 }) {
                var wait = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
                guard poll(&wait, 1, 50) > 0 else { continue }
                let count = read(master, &bytes, bytes.count)
                guard count > 0 else { break }
                shown.withLock { $0 += bytes[..<count] }
            }
            close(master)
        }
    }

    deinit {
        isStopped.withLock { $0 = true }
        close(keeper)
    }

    /// Starts `coap` with its standard output at this terminal; its standard error is the process's.
    func run(_ arguments: [String]) throws -> ToolProcess {
        try ToolProcess(
            .shell, ["-c", "exec \"$0\" \"$@\" >\(name)", Tool.coap.url.path] + arguments,
            environment: ["NO_COLOR": "1"])
    }

    /// Waits, for a minute at most, until what was written is what the closure wants.
    func output(where fits: (String) -> Bool) async throws -> String {
        for _ in 0..<6_000 {
            if fits(output) { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        return output
    }
}
