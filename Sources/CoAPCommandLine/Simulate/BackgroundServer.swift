// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A server that runs beside something else.
struct BackgroundServer: Sendable {
    /// The server.
    let server: CoAPServer
    /// Where it listens, in the order of its endpoints.
    let uris: [CoAPURI]
    private let task: Task<Void, any Error>

    /// Starts a server, and returns when it listens.
    ///
    /// - Parameter make: makes the server, which calls the closure when it listens.
    /// - Throws: what the server throws when it cannot start.
    init(_ make: (@escaping @Sendable ([CoAPURI]) async -> Void) throws -> CoAPServer) async throws {
        let (listening, continuation) = AsyncStream.makeStream(of: [CoAPURI].self)
        let server = try make { continuation.yield($0) }
        let task = Task {
            defer { continuation.finish() }
            try await server.run()
        }
        (self.server, self.task) = (server, task)
        for await uris in listening {
            self.uris = uris
            return
        }
        try await task.value
        throw CoAPError(.cancelled, "the server was stopped before it listened")
    }

    /// Ends it, and returns when it has ended.
    func stop() async {
        task.cancel()
        _ = await task.result
    }
}
