// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting

/// The library's server with a few resources for other people's clients.
enum TestServer {
    /// The resources, and how often the handler of `counter` was run.
    static func router(counter: Locked<Int> = Locked(0)) -> Router {
        let router = Router()
        router.get("hello", attributes: LinkAttributes(resourceType: "greeting")) { _, _ in "hello from swift" }
        router.get("who") { _, context in "\(context.peer.identity) \(context.peer.cipherSuite ?? "no cipher")" }
        router.get("separate") { _, _ in
            // Longer than the server lets a client wait for its acknowledgement.
            try await Task.sleep(for: .milliseconds(600))
            return "worth the wait"
        }
        router.get("query") { request, _ in request.options.uriQuery.joined(separator: " ") }
        router.get("items/{name}") { _, context in context.parameters["name"] }
        router.get("long") { _, _ in String(repeating: "0123456789", count: 100) }
        for method in [Method.put, .post, .fetch, .patch, .iPatch] {
            router.on(method, "echo") { request, _ in
                Response(
                    method == .fetch ? .content : .changed, payload: request.payload,
                    contentFormat: request.options.contentFormat ?? .octetStream)
            }
        }
        router.put("text") { request, _ in Response(.changed, text: try request.decode(String.self)) }
        router.put("counter") { _, _ in
            let count = counter.withLock { count in
                count += 1
                return count
            }
            return Response(.changed, text: "\(count)")
        }
        router.delete("item") { _, _ in Response(.deleted) }
        return router
    }

    /// Keys and certificates, on one port.
    static func security() async throws -> ServerSecurity {
        let certificates = try await TestCertificates.shared
        return ServerSecurity(
            preSharedKeys: try TestKey.table(), certificate: try certificates.credential(.server),
            clientAuthentication: .required(try certificates.trust()))
    }

    /// Runs the server, plain or with these keys and certificates, on a free port of `127.0.0.1`.
    static func with<Result: Sendable>(
        _ security: ServerSecurity?, router: Router = router(),
        configuration: ServerConfiguration = ServerConfiguration(),
        _ body: @escaping @Sendable (String) async throws -> Result
    ) async throws -> Result {
        let endpoint = security == nil ? ServerEndpoint.coap("127.0.0.1", port: 0) : .coaps("127.0.0.1", port: 0)
        return try await Loopback.withServer(
            router, endpoints: [endpoint], security: security, configuration: configuration
        ) {
            uris in
            try await body(uris[0].authority)
        }
    }

    /// Runs the server for a way of speaking; the secure ones share an endpoint that takes both.
    static func with<Result: Sendable>(
        _ mode: SecurityMode, router: Router = router(), _ body: @escaping @Sendable (String) async throws -> Result
    ) async throws -> Result {
        try await with(mode == .plain ? nil : try await security(), router: router, body)
    }
}
