// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// The places for a recorded scenario and its tables, tried before the recording: it must not be lost at its end.
final class ScenarioOutput: @unchecked Sendable {
    // Sendable: one task at a time touches it, the recording's at its end.
    private let file: OutputFile
    private let overwrite: Bool
    /// The scenario's file; `-` for the standard output.
    let path: String

    /// Makes the scenario's file ready.
    ///
    /// - Parameter overwrite: true to replace what is there.
    /// - Throws: ``OutputError`` when it cannot be made, or is there already.
    init(_ path: String, overwrite: Bool) throws(OutputError) {
        (self.path, self.overwrite) = (path, overwrite)
        if path != "-" { try Self.refuseExisting(path, overwrite) }
        file = try OutputFile(path)
    }

    /// Tries the places for the tables, and leaves them as they were.
    ///
    /// - Throws: ``OutputError`` when one cannot be made, or is there already.
    func check(tables: some Collection<String>) throws(OutputError) {
        for table in tables {
            let path = ScenarioFiles.folder(of: self.path) + table
            try Self.refuseExisting(path, overwrite)
            _ = try OutputFile(path)
        }
    }

    /// Writes the scenario's file.
    ///
    /// - Throws: ``OutputError``.
    func write(_ text: String) throws(OutputError) {
        try file.write(Array(text.utf8))
        try file.commit()
    }

    private static func refuseExisting(_ path: String, _ overwrite: Bool) throws(OutputError) {
        var status = stat()
        guard !overwrite, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        throw OutputError(
            message: "\(PrintableText.escaped(path.utf8)) is there already; --overwrite replaces it",
            status: ExitStatus.cannotCreate)
    }
}
