// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import Logging

/// The server of a simulation that has its own: on the loopback interface, in this process.
final class SimulationServer: Sendable {
    private let router: @Sendable () -> Router
    private let security: @Sendable () throws(CoAPError) -> ServerSecurity?
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let running = Locked<BackgroundServer?>(nil)
    private let endpoints = Locked<[ServerEndpoint]>([])

    /// Where it listens for devices with credentials; nil where there are none.
    var secureURI: CoAPURI? { uri(.coaps) }
    /// Where it listens for plain devices; nil where there are none.
    var plainURI: CoAPURI? { uri(.coap) }

    /// A server that does not run yet.
    ///
    /// - Parameters:
    ///   - devices: whom it has place for.
    ///   - security: what it goes by, asked at each start; nil for no secure endpoint.
    ///   - router: its resources, asked at each start.
    init(
        for devices: [Device], logger: Logger, security: @escaping @Sendable () throws(CoAPError) -> ServerSecurity?,
        router: @escaping @Sendable () -> Router
    ) {
        self.router = router
        self.security = security
        self.logger = logger
        var configuration = ServerConfiguration()
        // Those who begin anew without a farewell have two for a while.
        configuration.maximumSecureSessions = max(configuration.maximumSecureSessions, 2 * devices.count)
        configuration.maximumPlainSessions = max(
            configuration.maximumPlainSessions, 2 * devices.count { $0.group.credential == .plain })
        configuration.maximumHandshakes = max(configuration.maximumHandshakes, 2 * devices.count)
        // What is under way when it is told to go down is lost, as in a power cut.
        configuration.shutdownGrace = .milliseconds(500)
        self.configuration = configuration
    }

    /// Starts it; the first time on free ports, then on the same ones.
    ///
    /// - Parameters:
    ///   - isSecure: true for an endpoint over DTLS.
    ///   - isPlain: true for a plain one.
    func start(isSecure: Bool, isPlain: Bool) async throws {
        endpoints.withLock { endpoints in
            if isSecure { endpoints.append(.coaps("::1", port: 0)) }
            if isPlain { endpoints.append(.coap("::1", port: 0)) }
        }
        try await start()
    }

    private func start() async throws {
        let started = try await BackgroundServer { onListening in
            CoAPServer(
                endpoints: endpoints.withLock { $0 }, security: try security(), router: router(),
                configuration: configuration, logger: logger, onListening: onListening)
        }
        endpoints.withLock { endpoints in
            endpoints = started.uris.map { uri in
                uri.scheme == .coaps ? .coaps(uri.host, port: uri.port) : .coap(uri.host, port: uri.port)
            }
        }
        running.withLock { $0 = started }
    }

    private func uri(_ scheme: CoAPURI.Scheme) -> CoAPURI? {
        endpoints.withLock { endpoints in
            endpoints.first { $0.scheme == scheme }.map { CoAPURI(scheme: $0.scheme, host: $0.host, port: $0.port) }
        }
    }

    /// Ends it without a farewell to anybody, as if its power was cut.
    func cutPower() async {
        guard let running = taken() else { return }
        await running.server.forgoFarewells()
        await running.stop()
    }

    /// Starts it again on its ports, unless another restart has done so. A port that is not free yet is tried for five seconds.
    func startAgain() async throws {
        for _ in 0..<50 {
            guard running.withLock({ $0 == nil }) else { return }
            do {
                return try await start()
            } catch let error as CoAPError where error.code == .addressUnavailable {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        guard running.withLock({ $0 == nil }) else { return }
        try await start()
    }

    /// Takes up what credentials have become.
    func takeUpCredentials() async throws(CoAPError) {
        guard let server = running.withLock({ $0?.server }), secureURI != nil else { return }
        if let security = try security() { try await server.update(security: security) }
    }

    /// Ends it.
    func stop() async {
        await taken()?.stop()
    }

    private func taken() -> BackgroundServer? {
        running.withLock { running in
            defer { running = nil }
            return running
        }
    }
}
