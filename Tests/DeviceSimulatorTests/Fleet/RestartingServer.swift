// SPDX-License-Identifier: Apache-2.0

import CoAP
import Logging

/// A server on `[::1]` that is stopped and started again on its port.
actor RestartingServer {
    private let router: Router
    private let keys: KeyRing
    private var task: Task<Void, Never>?

    init(_ router: Router, keys: KeyRing) {
        self.router = router
        self.keys = keys
    }

    /// - Returns: where it listens.
    func start(port: UInt16) async throws -> CoAPURI {
        let (listening, continuation) = AsyncStream.makeStream(of: [CoAPURI].self)
        let server = CoAPServer(
            endpoints: [.coaps("::1", port: port)], security: .preSharedKeys(keys), router: router,
            logger: Logger(label: "restarting", factory: { _ in SwiftLogNoOpLogHandler() }),
            onListening: { continuation.yield($0) })
        task = Task {
            try? await server.run()
            continuation.finish()
        }
        for await uris in listening { return uris[0] }
        throw CoAPError(.addressUnavailable, "the server did not start on port \(port)")
    }

    func stop() async {
        task?.cancel()
        await task?.value
        task = nil
    }
}
