// SPDX-License-Identifier: Apache-2.0

import CoAP
import ScenarioFile

/// A scenario as people name it: one that comes with the program, or a file.
enum ScenarioArgument {
    /// Reads it.
    ///
    /// - Throws: `CoAPError` with code `fileUnavailable` when there is none; ``Finished`` with ``ExitStatus/badData``, after the line
    ///   and the key were told, when it makes no sense.
    static func document(_ nameOrPath: String) throws -> ScenarioDocument {
        guard !nameOrPath.isEmpty else {
            throw CoAPError(.invalidArgument, "the scenario's name is empty; name one of \(names), or a file")
        }
        do throws(CoAPError) {
            return try ScenarioDocument(nameOrPath)
        } catch {
            guard error.code == .invalidArgument else { throw error }
            Terminal.complain(error.message)
            throw Finished(status: ExitStatus.badData)
        }
    }

    /// The scenarios that come with the program, for errors and help.
    static var names: String { ScenarioDocument.shipped.map(\.name).joined(separator: ", ") }
}
