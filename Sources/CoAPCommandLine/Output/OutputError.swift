// SPDX-License-Identifier: Apache-2.0

/// Output that cannot be written.
struct OutputError: Error {
    /// What cannot be written and why, on one line.
    let message: String
    /// The exit code: ``ExitStatus/cannotCreate`` or ``ExitStatus/outputFailed``.
    let status: Int32
}
