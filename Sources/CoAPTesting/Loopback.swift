// SPDX-License-Identifier: Apache-2.0

public import CoAP
import Logging

/// A server on free ports of the loopback interface, for as long as a closure runs.
public enum Loopback {
    /// Starts a server, calls the closure with the URIs it listens on, and stops it.
    ///
    /// - Parameters:
    ///   - router: the resources.
    ///   - endpoints: where to listen; plain CoAP on `[::1]` and a free port.
    ///   - security: for `coaps` endpoints.
    ///   - configuration: limits and deadlines.
    ///   - body: gets the URIs in the order of the endpoints.
    /// - Throws: what the server throws when it cannot start, else what the closure throws.
    public static func withServer<Result: Sendable>(
        _ router: Router, endpoints: [ServerEndpoint] = [.coap("::1", port: 0)], security: ServerSecurity? = nil,
        configuration: ServerConfiguration = ServerConfiguration(),
        _ body: @escaping @Sendable ([CoAPURI]) async throws -> Result
    ) async throws -> Result {
        try await withServer(router, endpoints: endpoints, security: security, configuration: configuration) {
            try await body($1)
        }
    }

    /// The same with the server itself, for what is changed while it runs.
    ///
    /// - Parameters:
    ///   - router: the resources.
    ///   - endpoints: where to listen; plain CoAP on `[::1]` and a free port.
    ///   - security: for `coaps` endpoints.
    ///   - configuration: limits and deadlines.
    ///   - body: gets the server, and the URIs in the order of the endpoints.
    /// - Throws: what the server throws when it cannot start, else what the closure throws.
    public static func withServer<Result: Sendable>(
        _ router: Router, endpoints: [ServerEndpoint] = [.coap("::1", port: 0)], security: ServerSecurity? = nil,
        configuration: ServerConfiguration = ServerConfiguration(),
        _ body: @escaping @Sendable (CoAPServer, [CoAPURI]) async throws -> Result
    ) async throws -> Result {
        let (listening, continuation) = AsyncStream.makeStream(of: [CoAPURI].self)
        let server = CoAPServer(
            endpoints: endpoints, security: security, router: router, configuration: configuration,
            logger: Logger(label: "coap.loopback", factory: { _ in SwiftLogNoOpLogHandler() }),
            onListening: { continuation.yield($0) })
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                defer { continuation.finish() }
                try await server.run()
                return nil
            }
            group.addTask {
                for await uris in listening { return try await body(server, uris) }
                // The server could not start; its task says why.
                return nil
            }
            var result: Result?
            while let next = try await group.next() {
                guard let next else { continue }
                result = next
                group.cancelAll()
            }
            guard let result else { throw CoAPError(.internal, "the server ended before the closure did") }
            return result
        }
    }
}
