// SPDX-License-Identifier: Apache-2.0

import CoAP
import Logging
import ServiceLifecycle

/// A server that serves until it is told to stop.
enum ServerRun {
    /// Serves until SIGINT or SIGTERM comes or this task is cancelled; then whoever is being served is served to the end.
    ///
    /// - Parameters:
    ///   - keepers: what works beside the server; cancelled and waited for at the end.
    ///   - level: what to log; the run itself is not worth more than warnings.
    /// - Throws: what the server throws.
    static func run(_ server: CoAPServer, beside keepers: [Task<Void, Never>], _ level: Logger.Level) async throws {
        var quiet = Logger(label: "coap-server.lifecycle")
        quiet.logLevel = max(level, .warning)
        let group = ServiceGroup(services: [server], logger: quiet)
        // Not cancelled with this task: whoever is being served is served to the end.
        let serving = Task { try await group.run() }
        let end = await withTaskCancellationHandler {
            await serving.result
        } onCancel: {
            Task { await group.triggerGracefulShutdown() }
        }
        // Whoever reads credentials while the process ends would find OpenSSL taken down.
        for keeper in keepers {
            keeper.cancel()
            await keeper.value
        }
        try end.get()
    }
}
