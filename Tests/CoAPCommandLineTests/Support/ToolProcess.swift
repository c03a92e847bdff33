// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// A tool that runs beside a test. What it writes is read as it comes, so it never waits for a reader.
final class ToolProcess: Sendable {
    /// After this time a tool that should have ended is killed, and the test sees the signal as its status.
    private static let patience: TimeInterval = 300
    // One start at a time: a tool must not inherit the pipes of another, which would keep them open.
    private static let starting = Locked(0)

    private struct State {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var openPipes = 2
        var status: Int32?

        var isOver: Bool { openPipes == 0 && status != nil }
    }

    private let process = Process()
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
        process.executableURL = tool.url
        process.arguments = arguments
        // The keys folder of whoever runs the tests is none of theirs.
        process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "COAP_KEYS" }
            .merging(environment) { $1 }
        if let folder { process.currentDirectoryURL = URL(filePath: folder) }
        // Neither this nor the readers hold the tool, so that nobody keeps it running whom no test waits for.
        process.terminationHandler = { [state, change] process in
            let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
            state.withLock { $0.status = status }
            change.yield()
        }
        let (output, errors) = try Self.starting.withLock { _ in
            let output = Self.pipe()
            let errors = Self.pipe()
            process.standardOutput = output
            process.standardError = errors
            if let input {
                let pipe = Self.pipe()
                // Fits into the pipe's buffer: nobody has to read yet.
                try pipe.fileHandleForWriting.write(contentsOf: input)
                try pipe.fileHandleForWriting.close()
                process.standardInput = pipe
            } else {
                process.standardInput = FileHandle.nullDevice
            }
            try process.run()
            try? output.fileHandleForWriting.close()
            try? errors.fileHandleForWriting.close()
            return (output, errors)
        }
        read(output) { $0.output += $1 }
        read(errors) { $0.errors += $1 }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { [weak self] in self?.kill() }
    }

    deinit { kill() }

    /// Runs a tool to its end.
    static func run(
        _ tool: Tool, _ arguments: [String], input: [UInt8]? = nil, environment: [String: String] = [:],
        folder: String? = nil
    ) async throws -> ToolResult {
        try await ToolProcess(tool, arguments, input: input, environment: environment, folder: folder).end()
    }

    /// Its process id.
    var id: Int32 { process.processIdentifier }

    /// Sends SIGINT.
    func interrupt() { process.interrupt() }

    /// Sends SIGTERM.
    func terminate() { process.terminate() }

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

    private var result: ToolResult {
        state.withLock {
            ToolResult(
                status: $0.status ?? .min, outputBytes: $0.output, errors: String(decoding: $0.errors, as: UTF8.self))
        }
    }

    /// Reads on a thread of its own until the other end is closed.
    private func read(_ pipe: Pipe, _ append: @escaping @Sendable (inout State, ArraySlice<UInt8>) -> Void) {
        let reader = pipe.fileHandleForReading
        Thread.detachNewThread { [state, change] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                // What is there, at once: a file handle's own reading waits until the buffer is full.
                let count = Foundation.read(reader.fileDescriptor, &buffer, buffer.count)
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

    private func kill() { if process.isRunning { _ = Foundation.kill(process.processIdentifier, SIGKILL) } }

    private static func pipe() -> Pipe {
        let pipe = Pipe()
        for handle in [pipe.fileHandleForReading, pipe.fileHandleForWriting] {
            _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC)
        }
        return pipe
    }
}
