// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// A program that runs beside a test. What it writes is read as it comes, so it never waits for a reader; it is killed when nobody
/// holds this any more.
package final class RunningProgram: Sendable {
    /// After this time a program that should have ended is killed, and the test sees the signal as its status.
    private static let patience: TimeInterval = 600

    private struct State {
        var result = ProgramResult()
        var openPipes = 2
        var hasEnded = false
        var inputIsOpen: Bool

        var isOver: Bool { openPipes == 0 && hasEnded }
    }

    private let child: ChildProcess
    private let state: Locked<State>
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    /// Starts a program by its path or, without a slash in it, by its name.
    ///
    /// - Parameters:
    ///   - environment: its environment.
    ///   - input: its standard input.
    ///   - folder: where it runs; nil for where this process does.
    /// - Throws: ``ProcessStartError``.
    package init(
        _ program: String, _ arguments: [String],
        environment: [String: String] = ProcessInfo.processInfo.environment, input: ChildProcess.Input = .open,
        folder: String? = nil
    ) throws {
        (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let isPath = program.contains("/")
        child = try ChildProcess(
            isPath ? program : "/usr/bin/env", isPath ? arguments : [program] + arguments, environment: environment,
            input: input, folder: folder)
        state = Locked(State(inputIsOpen: child.input >= 0))
        // None of the threads holds this, so that nobody keeps a program running for which no test waits.
        read(child.output) { $0.outputBytes += $1 }
        read(child.errors) { $0.errorBytes += $1 }
        Thread.detachNewThread { [child, state, change] in
            _ = child.waitForEnd { reap in
                state.withLock { state in
                    let status = reap()
                    state.result.status = status
                    state.hasEnded = true
                    return status
                }
            }
            change.yield()
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { [weak self] in self?.signal(SIGKILL) }
    }

    deinit {
        closeInput()
        signal(SIGKILL)
    }

    /// A program of this package, built beside the tests.
    package static func built(_ name: String) -> String {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: name).path
    }

    /// Runs a program without input to its end.
    ///
    /// - Throws: ``ProcessStartError``.
    package static func run(_ program: String, _ arguments: [String]) async throws -> ProgramResult {
        try await RunningProgram(program, arguments, input: .bytes([])).end()
    }

    /// Its process id.
    package var id: Int32 { child.id }

    /// What is known so far.
    package var result: ProgramResult { state.withLock(\.result) }

    /// Waits until what it wrote is what the closure wants; false when it ended before that. One task at a time.
    package func wait(until fits: (ProgramResult) -> Bool) async -> Bool {
        while !fits(result) {
            if state.withLock(\.isOver) { return fits(result) }
            for await _ in changes { break }
        }
        return true
    }

    /// Waits for its end; one task at a time.
    package func end() async -> ProgramResult {
        while !state.withLock(\.isOver) { for await _ in changes { break } }
        return result
    }

    /// Writes to its standard input.
    package func send(_ bytes: [UInt8]) {
        state.withLock { state in
            if state.inputIsOpen { _ = Glibc.send(child.input, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
        }
    }

    /// Ends its standard input.
    package func closeInput() {
        state.withLock { state in
            if state.inputIsOpen { close(child.input) }
            state.inputIsOpen = false
        }
    }

    /// Sends a signal unless it has ended: its process id may be another's by then.
    package func signal(_ number: Int32) {
        state.withLock { state in
            if !state.hasEnded { _ = kill(child.id, number) }
        }
    }

    /// Reads on a thread of its own until the other end is closed.
    private func read(
        _ descriptor: Int32, _ append: @escaping @Sendable (inout ProgramResult, ArraySlice<UInt8>) -> Void
    ) {
        Thread.detachNewThread { [state, change] in
            defer { close(descriptor) }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                // What is there, at once: a file handle's own reading waits until the buffer is full.
                let count = Glibc.read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                let bytes = buffer[..<count]
                state.withLock { state in
                    append(&state.result, bytes)
                    state.result.bytes += bytes
                }
                change.yield()
            }
            state.withLock { $0.openPipes -= 1 }
            change.yield()
        }
    }
}
