// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How a program ended.
struct PeerResult: Sendable {
    /// Its exit code; 128 and the signal's number when a signal ended it.
    var status: Int32
    /// All of its standard output.
    var output: String
    /// All of its standard error.
    var errors: String

    /// What it printed, without white space around it.
    var text: String { output.trimmingCharacters(in: .whitespacesAndNewlines) }

    /// Both outputs, for a failed expectation.
    var transcript: String { "status \(status)\n\(output)\n\(errors)" }
}
