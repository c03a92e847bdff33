// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import Logging

/// What the devices of `coap simulate` find around them: their server, credentials and links.
final class SimulationSurroundings: FleetSurroundings {
    /// The server that the simulation has itself, and what belongs to it.
    private struct Own {
        let server: SimulationServer
        let credentials: DeviceCredentials
        let collector: ReportCollector
    }

    private let own: Own?
    private let server: @Sendable (DeviceGroup) throws(CoAPError) -> CoAPURI
    private let credentials: any CredentialSource
    private let links: DeviceLinks
    private let logger: Logger
    private let under = Locked<[Int: Task<Void, Never>]>([:])
    private let count = Locked(0)

    private init(
        _ own: Own?, _ server: @escaping @Sendable (DeviceGroup) throws(CoAPError) -> CoAPURI,
        _ credentials: any CredentialSource, _ links: DeviceLinks, _ logger: Logger
    ) {
        self.own = own
        self.server = server
        self.credentials = credentials
        self.links = links
        self.logger = logger
    }

    /// A server in this process, with credentials that are made for the run.
    ///
    /// - Throws: `CoAPError` when it cannot be started.
    static func own(_ fleet: Fleet, logger: Logger) async throws -> SimulationSurroundings {
        let credentials = try DeviceCredentials(for: fleet.devices)
        let collector = ReportCollector(maximumDevices: max(20_000, fleet.devices.count))
        let paths = Set(fleet.scenario.groups.compactMap { $0.report?.path })
        let server = SimulationServer(for: fleet.devices, logger: logger) { () throws(CoAPError) in
            try credentials.serverSecurity()
        } router: {
            let router = Router()
            for path in paths { collector.register(on: router, path: path) }
            return router
        }
        let isPlain = fleet.scenario.groups.contains { $0.credential == .plain }
        let isSecure = fleet.scenario.groups.contains { $0.credential != .plain }
        try await server.start(isSecure: isSecure, isPlain: isPlain)
        let find: @Sendable (DeviceGroup) throws(CoAPError) -> CoAPURI = { (group) throws(CoAPError) in
            guard let uri = group.credential == .plain ? server.plainURI : server.secureURI else {
                throw CoAPError(.internal, "the simulation's server does not listen for devices of this kind")
            }
            return uri
        }
        do {
            let links = try DeviceLinks(of: fleet.scenario, fleet.devices, to: find)
            return SimulationSurroundings(
                Own(server: server, credentials: credentials, collector: collector), find, credentials, links, logger)
        } catch {
            await server.stop()
            throw error
        }
    }

    /// Somebody else's server.
    ///
    /// - Parameters:
    ///   - uri: where it is, without a path.
    ///   - options: the devices' credentials.
    /// - Throws: `CoAPError` when there are no credentials for a device, or a relay cannot be started.
    static func foreign(
        _ uri: CoAPURI, _ fleet: Fleet, _ options: CredentialOptions, logger: Logger
    ) async throws -> SimulationSurroundings {
        try MulticastAddress.refuse(uri.scheme, uri.host)
        let credentials = try GivenCredentials(for: fleet.devices, uri: uri, options)
        guard let address = try await Resolver.addresses(of: uri.host, port: uri.port, deadline: .seconds(10)).first
        else {
            throw CoAPError(.unknownHost, "the host has no address")
        }
        // A relay speaks to an address. Devices ask for the host that was named all the same.
        let target = CoAPURI(scheme: uri.scheme, host: address.host, port: uri.port)
        let links = try DeviceLinks(of: fleet.scenario, fleet.devices) { (_) throws(CoAPError) in target }
        return SimulationSurroundings(
            nil, { (_) throws(CoAPError) in uri }, credentials, links, logger)
    }

    /// Ends what was started.
    func stop() async {
        let tasks = under.withLock { Array($0.values) }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        links.stop()
        await own?.server.stop()
    }

    // MARK: What devices ask

    func uri(for device: Device) throws(CoAPError) -> CoAPURI { try server(device.group) }

    func address(for device: Device) throws(CoAPError) -> SocketAddress? { try links.address(for: device) }

    func security(for device: Device) throws(CoAPError) -> ClientSecurity { try credentials.security(for: device) }

    var received: ReceivedReports? { own?.collector.received }

    // MARK: Events

    /// Durations are in real seconds here.
    func perform(_ action: ScenarioEvent.Action, devices: [Device]) async throws(CoAPError) {
        switch action {
        case .outage(_, let duration):
            let links = links
            beside { await links.interrupt(devices, for: .seconds(duration)) }
        case .rebind: links.rebind(devices)
        case .serverRestart(let seconds):
            let own = try owned("restarted")
            await own.server.cutPower()
            beside { [logger] in
                try? await Task.sleep(for: .seconds(seconds))
                guard !Task.isCancelled else { return }
                do {
                    try await own.server.startAgain()
                } catch {
                    logger.critical("the server could not be started again: \(error)")
                }
            }
        case .rotateCredentials:
            let own = try owned("given new credentials")
            try own.credentials.rotate(devices)
            try await own.server.takeUpCredentials()
        case .expireCredentials, .revokeCredentials:
            let own = try owned("told that credentials are good no more")
            try own.credentials.retire(devices)
            try await own.server.takeUpCredentials()
        case .fault, .write: break
        }
    }

    private func owned(_ what: String) throws(CoAPError) -> Own {
        if let own { return own }
        throw CoAPError(
            .invalidArgument,
            "somebody else's server cannot be \(what) from here; run the scenario without a URI, or add --skip-server-events"
        )
    }

    /// Goes on with something while the devices go on.
    private func beside(_ body: @escaping @Sendable () async -> Void) {
        let number = count.withLock { count in
            count += 1
            return count
        }
        under.withLock { under in
            under[number] = Task { [weak self] in
                await body()
                self?.under.withLock { $0[number] = nil }
            }
        }
    }
}
