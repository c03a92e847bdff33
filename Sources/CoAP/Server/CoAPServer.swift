// SPDX-License-Identifier: Apache-2.0

public import Logging
public import ServiceLifecycle

/// A server of CoAP resources over DTLS, or plain where that is asked for by name (RFC 7252).
///
/// ```swift
/// let router = Router()
/// router.get("hello") { _, _ in "hello, world" }
/// let server = CoAPServer(endpoints: [.coaps()], security: security, router: router)
/// try await server.run()
/// ```
///
/// ``run()`` serves until its task is cancelled or its service group shuts down; then it lets the requests under way end,
/// closes every session and returns.
public final class CoAPServer: Service, Sendable {
    private let endpoints: [ServerEndpoint]
    private let security: ServerSecurity?
    private let table: RouteTable
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let onListening: @Sendable ([CoAPURI]) async -> Void
    private let hasRun = Locked(false)

    /// A server that is not running yet.
    ///
    /// - Parameters:
    ///   - endpoints: where to listen, at least one.
    ///   - security: keys and certificates for the `coaps` endpoints; needed when there is one.
    ///   - router: the resources; a copy is taken.
    ///   - configuration: limits and deadlines.
    ///   - logger: where the server logs; requests at level debug.
    ///   - onListening: called once with the URIs the server listens on, ports filled in, in the order of the endpoints.
    public init(
        endpoints: [ServerEndpoint] = [.coaps()], security: ServerSecurity? = nil, router: Router,
        configuration: ServerConfiguration = ServerConfiguration(), logger: Logger = Logger.current,
        onListening: @escaping @Sendable ([CoAPURI]) async -> Void = { _ in }
    ) {
        self.endpoints = endpoints
        self.security = security
        table = RouteTable(router)
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the task is cancelled or its service group shuts down.
    ///
    /// - Throws: `CoAPError`: `addressUnavailable` when an endpoint cannot be bound, `unknownHost` when its name has no
    ///   address, `invalidCredentials` when DTLS cannot be set up, `invalidArgument` when it is called twice.
    public func run() async throws {
        let isFirst = hasRun.withLock { hasRun in
            defer { hasRun = true }
            return !hasRun
        }
        guard isFirst else { throw CoAPError(.invalidArgument, "a server runs once; make another one to run again") }
        guard !endpoints.isEmpty else {
            throw CoAPError(.invalidArgument, "a server needs an endpoint to listen on, such as .coaps()")
        }
        var resolved: [(ServerEndpoint, [SocketAddress])] = []
        for endpoint in endpoints {
            resolved.append((endpoint, try await Resolver.bindable(endpoint)))
        }
        let loop = try EventLoop(name: "coap-server")
        let core = ServerCore(loop: loop, table: table, configuration: configuration, logger: logger)
        let toOpen = resolved
        let security = security
        let opened: Result<[CoAPURI], CoAPError> = await loop.run {
            do throws(CoAPError) {
                return .success(try core.open(toOpen.map { (endpoint: $0.0, addresses: $0.1) }, security: security))
            } catch {
                return .failure(error)
            }
        }
        let listening = try opened.get()
        logger.debug("listening", metadata: [LogKey.endpoint: "\(listening.map(\.description).joined(separator: " "))"])
        await onListening(listening)
        // Returns at a graceful shutdown, throws when the task is cancelled: both end the service well.
        try? await gracefulShutdown()
        await core.stop()
    }
}
