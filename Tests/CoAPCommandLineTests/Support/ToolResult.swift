// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

/// How a tool ended and what it wrote.
struct ToolResult: Sendable {
    /// The exit code; negative when a signal ended it.
    var status: Int32
    var outputBytes: [UInt8]
    var errors: String

    /// The standard output as text.
    var output: String { String(decoding: outputBytes, as: UTF8.self) }

    /// Everything, to be shown beside a failed expectation.
    var transcript: String { "status \(status)\n\(output)\n\(errors)" }

    /// True when it complained on one line.
    var complainsOnce: Bool { errors.hasSuffix("\n") && errors.filter { $0 == "\n" }.count == 1 }

    /// Fails the test unless it went well.
    func expectSuccess() { #expect(status == 0, "\(transcript)") }
}

extension ToolResult {
    /// How a program ended.
    init(_ result: ProgramResult) {
        self.init(status: result.status, outputBytes: result.outputBytes, errors: result.errors)
    }
}
