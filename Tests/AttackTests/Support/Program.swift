// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Glibc
import TestSupport

/// Another program beside a test. What it writes is read as it comes; it is killed when nobody holds this any more.
final class Program: Sendable {
    /// After this time a program that should have ended is killed, and the test sees the signal as its status.
    private static let patience: TimeInterval = 600

    private struct State {
        var output: [UInt8] = []
        var openPipes = 2
        var status: Int32?
        var inputIsOpen = true

        var isOver: Bool { openPipes == 0 && status != nil }
    }

    private let child: ChildProcess
    private let state = Locked(State())
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    /// Starts a program by its path or, without a slash in it, by its name.
    init(_ program: String, _ arguments: [String]) throws {
        (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let environment = ProcessInfo.processInfo.environment
        child =
            program.contains("/")
            ? try ChildProcess(program, arguments, environment: environment)
            : try ChildProcess("/usr/bin/env", [program] + arguments, environment: environment)
        read(child.output)
        read(child.errors)
        Thread.detachNewThread { [child, state, change] in
            _ = child.waitForEnd { reap in
                state.withLock { state in
                    let status = reap()
                    state.status = status
                    return status
                }
            }
            change.yield()
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { [weak self] in self?.kill() }
    }

    deinit {
        closeInput()
        kill()
    }

    /// A program of this package, built beside the tests.
    static func built(_ name: String) -> String {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: name).path
    }

    /// Runs a program to its end.
    static func run(_ program: String, _ arguments: [String]) async throws -> (status: Int32, output: String) {
        let program = try Program(program, arguments)
        program.closeInput()
        return await program.end()
    }

    /// What it wrote on both of its outputs.
    var bytes: [UInt8] { state.withLock { $0.output } }

    /// The same as text.
    var output: String { state.withLock { String(decoding: $0.output, as: UTF8.self) } }

    /// Waits until what it wrote is what the closure wants; false when it ended before that. One task at a time.
    func output(where fits: (String) -> Bool) async -> Bool {
        while !fits(output) {
            if state.withLock(\.isOver) { return fits(output) }
            for await _ in changes { break }
        }
        return true
    }

    /// Waits for its end; one task at a time.
    func end() async -> (status: Int32, output: String) {
        while !state.withLock(\.isOver) { for await _ in changes { break } }
        return (state.withLock { $0.status ?? .min }, output)
    }

    /// Writes to its standard input.
    func send(_ bytes: [UInt8]) {
        state.withLock { state in
            if state.inputIsOpen { _ = Glibc.send(child.input, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
        }
    }

    /// Ends its standard input.
    func closeInput() {
        state.withLock { state in
            if state.inputIsOpen { close(child.input) }
            state.inputIsOpen = false
        }
    }

    /// Ends it without its help.
    func kill() {
        state.withLock { state in
            if state.status == nil { _ = Glibc.kill(child.id, SIGKILL) }
        }
    }

    /// Reads on a thread of its own until the other end is closed.
    private func read(_ descriptor: Int32) {
        Thread.detachNewThread { [state, change] in
            defer { close(descriptor) }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = Glibc.read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                let bytes = buffer[..<count]
                state.withLock { $0.output += bytes }
                change.yield()
            }
            state.withLock { $0.openPipes -= 1 }
            change.yield()
        }
    }
}
