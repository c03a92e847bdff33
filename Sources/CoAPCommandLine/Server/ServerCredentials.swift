// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Logging

/// The credentials of a server as its keys folder has them.
struct ServerCredentials {
    /// What was read when the server was started.
    let security: ServerSecurity
    /// What a person can type who has the folder.
    let hints: ServerHints
    private let folder: KeyFolder
    private let watch: FileWatch

    /// Makes what is missing in the folder, says so, and reads it; what is of no use in it is complained about.
    ///
    /// - Throws: `CoAPError` for a folder that cannot be made or read, or that makes no sense.
    init(_ folder: KeyFolder) throws(CoAPError) {
        let report = try folder.initialize()
        if !report.changedNothing { try? Terminal.write(ServerAnnouncement.news(report, folder)) }
        self.folder = folder
        watch = FileWatch(folder)
        security = try folder.serverSecurity { Terminal.complain($0.message) }
        hints = ServerHints(folder)
    }

    /// Keeps a server's credentials as the folder has them, until the task is cancelled.
    func keep(_ server: CoAPServer, for scenario: ServerScenario, logger: Logger) -> Task<Void, Never> {
        let keeper = CredentialKeeper(folder, watch, security, logger: logger) { (new) throws(CoAPError) in
            try await server.update(security: scenario.security(new)).closed.count
        }
        return Task { await keeper.run() }
    }
}
