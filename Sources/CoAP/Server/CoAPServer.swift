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
    private let state: Locked<State>
    private let table: RouteTable
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let onListening: @Sendable ([CoAPURI]) async -> Void

    private struct State {
        var security: ServerSecurity?
        var hasRun = false
        /// While it serves.
        var core: ServerCore?
    }

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
        state = Locked(State(security: security))
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
        let isFirst = state.withLock { state in
            defer { state.hasRun = true }
            return !state.hasRun
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
        let opened: Result<[CoAPURI], CoAPError> = await loop.run { [state] in
            do throws(CoAPError) {
                // An update comes before this or behind it, never in between.
                let security = state.withLock { state in
                    state.core = core
                    return state.security
                }
                return .success(try core.open(toOpen.map { (endpoint: $0.0, addresses: $0.1) }, security: security))
            } catch {
                return .failure(error)
            }
        }
        let listening: [CoAPURI]
        do { listening = try opened.get() } catch {
            state.withLock { $0.core = nil }
            throw error
        }
        logger.debug("listening", metadata: [LogKey.endpoint: "\(listening.map(\.description).joined(separator: " "))"])
        await onListening(listening)
        // Returns at a graceful shutdown, throws when the task is cancelled: both end the service well.
        try? await gracefulShutdown()
        state.withLock { $0.core = nil }
        await core.stop()
    }

    /// Exchanges keys, certificate and trust, while the server runs or before.
    ///
    /// Sessions go on without an interruption where what their peer came by is still good: its pre-shared key is in the store
    /// unchanged, or its certificate's chain is good by the new trust anchors and revocation lists. All others end at once, with what was
    /// under way in them. A peer without a credential stays while the server asks for none.
    ///
    /// - Returns: whose sessions were ended, and how many go on.
    /// - Throws: `CoAPError`: `invalidCredentials` when DTLS cannot be set up by them, `invalidArgument` when the server has no
    ///   `coaps` endpoint. Then the server goes on by what it had.
    @discardableResult
    public func update(security: ServerSecurity) async throws(CoAPError) -> SecurityUpdate {
        let core = state.withLock { state in
            if state.core == nil { state.security = security }
            return state.core
        }
        guard let core else { return SecurityUpdate() }
        let result: Result<SecurityUpdate, CoAPError> = await core.loop.run {
            do throws(CoAPError) {
                return .success(try core.update(security))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Has the sessions that peers made use of end without a farewell when ``run()`` ends, as with a server whose power was cut.
    package func forgoFarewells() async {
        guard let core = state.withLock(\.core) else { return }
        await core.loop.run { for session in core.sessions.values { session.handle.connection?.forgoFarewell() } }
    }
}
