// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import TestSupport

/// A tool that runs beside a test. What it writes is read as it comes, so it never waits for a reader.
final class ToolProcess: Sendable {
    /// After this time a tool that should have ended is killed, and the test sees the signal as its status.
    private static let patience: TimeInterval = 300

    private struct State {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var openPipes = 2
        var status: Int32?

        var isOver: Bool { openPipes == 0 && status != nil }
    }

    private let child: ChildProcess
    private let state = Locked(State())
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    /// Starts a tool.
    ///
    /// - Parameters:
    ///   - input: its standard input, up to 60,000 bytes; nothing to read without it.
    ///   - environment: in addition to the tests' own.
    ///   - folder: where it runs.
    init(
        _ tool: Tool, _ arguments: [String], input: [UInt8]? = nil, environment: [String: String] = [:],
        folder: String? = nil
    ) throws {
        (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // The keys folder of whoever runs the tests is none of theirs.
        let settings = ProcessInfo.processInfo.environment.filter { $0.key != "COAP_KEYS" }.merging(environment) { $1 }
        child = try ChildProcess(
            tool.url.path, arguments, environment: settings, input: .bytes(input ?? []), folder: folder)
        // None of the threads holds the tool, so that nobody keeps it running whom no test waits for.
        read(child.output) { $0.output += $1 }
        read(child.errors) { $0.errors += $1 }
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
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { [weak self] in self?.signal(SIGKILL) }
    }

    deinit { signal(SIGKILL) }

    /// Runs a tool to its end.
    static func run(
        _ tool: Tool, _ arguments: [String], input: [UInt8]? = nil, environment: [String: String] = [:],
        folder: String? = nil
    ) async throws -> ToolResult {
        try await ToolProcess(tool, arguments, input: input, environment: environment, folder: folder).end()
    }

    /// Its process id.
    var id: Int32 { child.id }

    /// Sends SIGINT.
    func interrupt() { signal(SIGINT) }

    /// Sends SIGTERM.
    func terminate() { signal(SIGTERM) }

    /// Waits for its end; one task at a time.
    func end() async -> ToolResult {
        while !state.withLock(\.isOver) { for await _ in changes { break } }
        return result
    }

    /// Waits until its standard output is what the closure wants, or it has ended; one task at a time.
    func output(where fits: (String) -> Bool) async -> ToolResult {
        while !fits(result.output), !state.withLock(\.isOver) { for await _ in changes { break } }
        return result
    }

    /// Waits until its standard error is what the closure wants, or it has ended; one task at a time.
    func errors(where fits: (String) -> Bool) async -> ToolResult {
        while !fits(result.errors), !state.withLock(\.isOver) { for await _ in changes { break } }
        return result
    }

    private var result: ToolResult {
        state.withLock {
            ToolResult(
                status: $0.status ?? .min, outputBytes: $0.output, errors: String(decoding: $0.errors, as: UTF8.self))
        }
    }

    /// Reads on a thread of its own until the other end is closed.
    private func read(
        _ descriptor: Int32, _ append: @escaping @Sendable (inout State, ArraySlice<UInt8>) -> Void
    ) {
        Thread.detachNewThread { [state, change] in
            defer { close(descriptor) }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                // What is there, at once: a file handle's own reading waits until the buffer is full.
                let count = Foundation.read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                let bytes = buffer[..<count]
                state.withLock { append(&$0, bytes) }
                change.yield()
            }
            state.withLock { $0.openPipes -= 1 }
            change.yield()
        }
    }

    /// Sends a signal unless it has ended: its process id may be another's by then.
    private func signal(_ number: Int32) {
        state.withLock { state in
            if state.status == nil { _ = kill(child.id, number) }
        }
    }
}
