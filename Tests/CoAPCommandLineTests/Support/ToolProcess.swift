// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// A tool that runs beside a test; it is killed when nobody holds this any more.
struct ToolProcess: Sendable {
    private let program: RunningProgram

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
        // The keys folder of whoever runs the tests is none of theirs.
        let settings = ProcessInfo.processInfo.environment.filter { $0.key != "COAP_KEYS" }.merging(environment) { $1 }
        program = try RunningProgram(
            tool.url.path, arguments, environment: settings, input: .bytes(input ?? []), folder: folder)
    }

    /// Runs a tool to its end.
    static func run(
        _ tool: Tool, _ arguments: [String], input: [UInt8]? = nil, environment: [String: String] = [:],
        folder: String? = nil
    ) async throws -> ToolResult {
        try await ToolProcess(tool, arguments, input: input, environment: environment, folder: folder).end()
    }

    /// Its process id.
    var id: Int32 { program.id }

    /// Sends SIGINT.
    func interrupt() { program.signal(SIGINT) }

    /// Sends SIGTERM.
    func terminate() { program.signal(SIGTERM) }

    /// Waits for its end; one task at a time.
    func end() async -> ToolResult { ToolResult(await program.end()) }

    /// Waits until its standard output is what the closure wants, or it has ended; one task at a time.
    func output(where fits: (String) -> Bool) async -> ToolResult {
        _ = await program.wait { fits($0.output) }
        return ToolResult(program.result)
    }

    /// Waits until its standard error is what the closure wants, or it has ended; one task at a time.
    func errors(where fits: (String) -> Bool) async -> ToolResult {
        _ = await program.wait { fits($0.errors) }
        return ToolResult(program.result)
    }
}
