// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Logging
import PolicyFile

/// The policy of a server as its file has it.
struct ServerPolicy {
    /// What the server goes by.
    let access: AccessControl
    private let path: String
    private let watch: FileWatch

    /// Reads a policy, and says what in it is of no use.
    ///
    /// - Throws: `CoAPError` with code `fileUnavailable` or `invalidPolicy` for one that cannot be read or makes no sense.
    init(path: String) throws(CoAPError) {
        self.path = path
        watch = FileWatch(path: path)
        let document = try PolicyDocument(path: path)
        for warning in document.warnings {
            Terminal.complain("\(PrintableText.escaped(document.name.utf8)):\(warning.line): \(warning.text)")
        }
        access = AccessControl(document.policy)
    }

    /// Keeps the policy as the file has it, until the task is cancelled.
    func keep(logger: Logger) -> Task<Void, Never> {
        let keeper = PolicyKeeper(path, watch, access, logger: logger)
        return Task { await keeper.run() }
    }
}
