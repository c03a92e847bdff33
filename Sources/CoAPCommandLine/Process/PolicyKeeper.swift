// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Logging
import PolicyFile

/// Keeps a running server's policy as its file has it.
///
/// It reads the file when that changes and when SIGHUP comes. One that makes no sense changes nothing: the server goes on by the
/// policy it has.
actor PolicyKeeper {
    private let path: String
    private let watch: FileWatch
    private let access: AccessControl
    private let logger: Logger
    private var lastComplaint: String?

    /// A keeper.
    ///
    /// - Parameters:
    ///   - path: the file, which was read for `access` after `watch` was made.
    ///   - watch: a watch on it.
    ///   - access: what the server goes by.
    init(_ path: String, _ watch: FileWatch, _ access: AccessControl, logger: Logger) {
        self.path = path
        self.watch = watch
        self.access = access
        self.logger = logger
    }

    /// Works until the task is cancelled.
    func run() async {
        await Reloading.run(watch) { await self.read() }
    }

    private func read() {
        do throws(CoAPError) {
            let document = try PolicyDocument(path: path)
            access.update(document.policy)
            lastComplaint = nil
            for warning in document.warnings { logger.warning("policy, line \(warning.line): \(warning.text)") }
            logger.notice("policy reloaded: \(document.policy.rules.count) rules")
        } catch {
            let text = "\(error.description); the server keeps the policy it has"
            // Once: until it is mended or something else is wrong.
            if text != lastComplaint { logger.error("\(text)") }
            lastComplaint = text
        }
    }
}
