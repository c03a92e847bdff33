// SPDX-License-Identifier: Apache-2.0

import Logging

/// Hands every line that is logged to a test that waits for it.
struct LineStream: LogHandler {
    let lines: AsyncStream<String>.Continuation
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    func log(event: LogEvent) { lines.yield("\(event.level) \(event.message)") }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
}
