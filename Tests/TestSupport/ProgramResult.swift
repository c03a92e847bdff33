// SPDX-License-Identifier: Apache-2.0

/// How a program ended and what it wrote.
package struct ProgramResult: Sendable {
    /// The exit code, or the signal that ended it as a negative number; the least number while it runs.
    package var status = Int32.min
    /// The standard output.
    package var outputBytes: [UInt8] = []
    /// The standard error.
    package var errorBytes: [UInt8] = []
    /// Both, as they came.
    package var bytes: [UInt8] = []

    /// The standard output as text.
    package var output: String { String(decoding: outputBytes, as: UTF8.self) }

    /// The standard error as text.
    package var errors: String { String(decoding: errorBytes, as: UTF8.self) }

    /// Both as text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}
