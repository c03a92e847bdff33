// SPDX-License-Identifier: Apache-2.0

import Logging

/// Hands every line that is logged to a test that waits for it.
struct LineStream: LogHandler {
    let lines: AsyncStream<String>.Continuation
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    /// The metadata that is written behind a line that has it.
    var shown: [String] = []

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let values = shown.compactMap { key in all[key].map { " \(key)=\($0)" } }
        lines.yield("\(event.level) \(event.message)" + values.joined())
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
}
