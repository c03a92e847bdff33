// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import CoAPCredentials
import Conformance
import DeviceSimulator
import Logging
import PolicyFile
import ServiceLifecycle

/// `coap-server`: serves a simulated device.
public struct ServerCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "coap-server", abstract: "Serve a simulated device over DTLS.",
        usage: "coap-server [--listen <uri> ...] [--keys <dir>] [<options>]",
        discussion: """
            The device is a sensor in a heated room: /sensors/temperature, /sensors/humidity, /actuators/led, /device, \
            /firmware. It comes in text, JSON, CBOR and SenML. Peers need a pre-shared key or a certificate of the \
            keys folder, which is followed while the server runs: who was added is let in, who was revoked is let go. SIGHUP \
            has it read at once.

            Examples:
              coap-server
              coap-server --listen coaps://127.0.0.1:0 --keys /etc/coap/keys
              coap-server --listen coaps://[::]:5684 --listen coap://[::1]:5683
              coap-server --scenario plugtest --listen coaps://[::1]:5684
              coap-server --listen coap://[::]:5683 --multicast
              coap-server --policy policy.yaml
              coap-server --digest-key ops:ops.key
              coap-server --address-rate 50/s --identity-rate 600/min:20
            """, version: CommandLineTool.version)

    @Option(
        help: ArgumentHelp(
            """
            Where to listen, as often as you like; port 0 takes a free one, coap:// is plain CoAP for everybody. \
            coaps://[::]:5684 without it.
            """, valueName: "uri"))
    var listen: [String] = []

    @Flag(
        help: ArgumentHelp(
            "Answer those who ask all CoAP nodes at once: 224.0.1.187, ff02::fd and ff05::fd, on the plain endpoints."))
    var multicast = false

    @Option(
        help: ArgumentHelp("Within which time a multicast is answered; 5 without it.", valueName: "seconds"))
    var leisure: Double?

    @Option(
        name: .customLong("digest-key"),
        help: ArgumentHelp(
            """
            Check the HMACs that bodies come with, and make them for responses, with the key of this id in this file, as often \
            as you like. SHA-256 digests are always checked.
            """, valueName: "id:file"))
    var digestKey: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            How many requests one address may make, such as 50/s, 600/min, or 50/s:200 for 200 at once; more are refused \
            by 4.29. 10000/s:20000 without it, but for this host's own; off for no limit.
            """, valueName: "rate"))
    var addressRate: String?

    @Option(
        help: ArgumentHelp(
            "The same for one identity, over all its sessions; off without it.", valueName: "rate"))
    var identityRate: String?

    @OptionGroup var keysFolder: KeysFolderOption

    @Option(
        help: ArgumentHelp(
            """
            Who may do what, in YAML, as 'coap policy --help' shows it. Without it everybody may do everything who has a key or \
            certificate, or comes by coap://.
            """,
            valueName: "file"),
        completion: .file())
    var policy: String?

    @Option(
        help: ArgumentHelp(
            """
            What to serve: the device, or the resources of ETSI's CoAP plugtest for 'coap conformance' and other checkers. \
            The plugtest's key 'sesame' of the identity 'password' is known to everybody.
            """, valueName: "scenario"))
    var scenario = ServerScenario.device

    @Option(help: "What to log, to the standard error: trace, debug, info, notice, warning, error or critical.")
    var logLevel: Logger.Level = .notice

    @OptionGroup(title: "Capture") var capture: CaptureOptions

    @Flag(help: ArgumentHelp("Serve /bench too, for scripts/bench.sh.", visibility: .hidden))
    var bench = false

    /// Made by the parser.
    public init() {}

    /// Serves until SIGINT or SIGTERM.
    public func run() async throws {
        let level = logLevel
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        let endpoints = try endpoints()
        let policyPath = try policy.map { try PolicyCommand.file(named: $0, keysFolder) }
        let policyWatch = policyPath.map { FileWatch(path: $0) }
        let access = try readPolicy(policyPath).map(AccessControl.init)
        var configuration = try self.configuration(endpoints)
        configuration.capture = try capture.start()
        var security: ServerSecurity?
        var hints: ServerHints?
        var watch: FileWatch?
        if endpoints.contains(where: { $0.scheme == .coaps }) {
            let folder = try keysFolder.folder()
            let report = try folder.initialize()
            if !report.changedNothing { try? Terminal.write(Self.news(report, folder)) }
            watch = FileWatch(folder)
            security = try folder.serverSecurity { Terminal.complain($0.message) }
            hints = ServerHints(folder)
        }
        let read = security
        let router = Router()
        if let access { router.add(access) }
        var changing: Task<Void, Never>?
        switch scenario {
        case .device: SimulatedDevice().register(on: router)
        case .plugtest:
            let plugtest = PlugtestServer()
            plugtest.register(on: router)
            configuration.preferredBlockSize = PlugtestServer.configuration.preferredBlockSize
            configuration.maximumBodySize = PlugtestServer.configuration.maximumBodySize
            let keys = try PlugtestKeys(beside: security?.preSharedKeys)
            security?.preSharedKeys = keys
            changing = Task { await plugtest.run() }
        }
        defer { changing?.cancel() }
        if bench { BenchResources.register(on: router) }
        let (toSay, served, isOpen) = (hints, scenario, access == nil)
        let server = CoAPServer(
            endpoints: endpoints, security: security, router: router, configuration: configuration,
            logger: Logger(label: "coap-server"),
            onListening: { uris in Self.announce(uris, served, toSay, isOpen: isOpen) })
        let keeping = try keeper(read, watch, of: server)
        defer { keeping?.cancel() }
        var ruling: Task<Void, Never>?
        if let policyPath, let policyWatch, let access {
            let keeper = PolicyKeeper(policyPath, policyWatch, access, logger: Logger(label: "coap-server"))
            ruling = Task { await keeper.run() }
        }
        defer { ruling?.cancel() }
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
        for keeper in [keeping, ruling] {
            keeper?.cancel()
            await keeper?.value
        }
        try end.get()
        try? Terminal.write("stopped\n")
    }

    /// Reads the policy, and says what in it is of no use; nil when none is given.
    ///
    /// - Throws: `CoAPError` with code `fileUnavailable` or `invalidPolicy` for one that cannot be read or makes no sense.
    private func readPolicy(_ path: String?) throws(CoAPError) -> AccessPolicy? {
        guard let path else { return nil }
        let document = try PolicyDocument(path: path)
        for warning in document.warnings {
            Terminal.complain("\(PrintableText.escaped(document.name.utf8)):\(warning.line): \(warning.text)")
        }
        return document.policy
    }

    /// What keeps a server's credentials as the keys folder has them; nil for one without any.
    private func keeper(
        _ security: ServerSecurity?, _ watch: FileWatch?, of server: CoAPServer
    ) throws(CoAPError) -> Task<Void, Never>? {
        guard let security, let watch else { return nil }
        let isPlugtest = scenario == .plugtest
        let keeper = CredentialKeeper(
            try keysFolder.folder(), watch, security, logger: Logger(label: "coap-server")
        ) { (new) throws(CoAPError) in
            var new = new
            if isPlugtest { new.preSharedKeys = try PlugtestKeys(beside: new.preSharedKeys) }
            return try await server.update(security: new).closed.count
        }
        return Task { await keeper.run() }
    }

    /// Where to listen.
    ///
    /// - Throws: `CoAPError` with code `invalidURI` or `invalidArgument` for what cannot be listened on.
    private func endpoints() throws(CoAPError) -> [ServerEndpoint] {
        var endpoints: [ServerEndpoint] = []
        for text in listen.isEmpty ? ["coaps://[::]:5684"] : listen {
            guard text.contains("://") else {
                throw CoAPError(
                    .invalidURI,
                    "--listen '\(PrintableText.escaped(text.utf8))' is no endpoint: write coaps://ADDRESS:PORT, such as "
                        + "coaps://[::]:5684")
            }
            let endpoint = try ServerEndpoint(text)
            try MulticastAddress.refuse(endpoint.scheme, endpoint.host)
            let isTaken = endpoints.contains {
                endpoint.port != 0 && $0.port == endpoint.port && $0.host == endpoint.host
            }
            guard !isTaken else {
                throw CoAPError(
                    .invalidArgument,
                    "--listen '\(PrintableText.escaped(text.utf8))': another --listen has this address and port; leave one "
                        + "out, or give it another port")
            }
            endpoints.append(endpoint)
        }
        return endpoints
    }

    /// The limits, and the groups that are answered.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` for groups without a plain endpoint, and for what is no rate.
    private func configuration(_ endpoints: [ServerEndpoint]) throws(CoAPError) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        if let leisure {
            guard leisure >= 0, leisure <= 3600 else {
                throw CoAPError(.invalidArgument, "--leisure takes seconds, from 0 to 3600")
            }
            configuration.multicastLeisure = .seconds(leisure)
        }
        var digestKeys: [DigestKey] = []
        for text in digestKey { digestKeys.append(try DigestKeyText.key(text)) }
        configuration.digestKeys = try DigestKeyTable(digestKeys)
        if let addressRate {
            configuration.addressRate = try RequestRateText.parse(addressRate, of: "--address-rate")
        }
        if let identityRate {
            configuration.identityRate = try RequestRateText.parse(identityRate, of: "--identity-rate")
        }
        guard multicast else { return configuration }
        guard endpoints.contains(where: { $0.scheme == .coap }) else {
            throw CoAPError(
                .invalidArgument,
                "--multicast needs a plain endpoint, as DTLS speaks to one host: add --listen coap://[::]:5683")
        }
        configuration.multicastGroups = [.allCoAPNodes, .allCoAPNodesOfLink, .allCoAPNodesOfSite]
        return configuration
    }

    private static func announce(
        _ uris: [CoAPURI], _ scenario: ServerScenario, _ hints: ServerHints?, isOpen: Bool
    ) {
        // With the port even where it is the usual one, for scripts that read it.
        let lines = uris.map { uri in
            "listening on \(uri.authority)\(uri.port == uri.scheme.defaultPort ? ":\(uri.port)" : "")\n"
        }
        // Who reads this may have gone; that is no reason not to serve.
        let toPaste = uris.map { ServerHints.text(for: $0, hints, scenario) }
        let judging = scenario == .plugtest ? ServerHints.conformance(of: uris) : ""
        try? Terminal.write((lines + toPaste).joined() + judging)
        for uri in uris where uri.scheme == .coap {
            Terminal.complain(
                "\(uri.authority): plain CoAP, anybody who reaches it may "
                    + (isOpen ? "read and write" : "do what the policy allows anonymous peers, and is overheard"))
        }
    }

    /// What the first start says of the credentials it made.
    static func news(_ report: InitializationReport, _ folder: KeyFolder) -> String {
        let path = PrintableText.escaped(folder.absolute.path.utf8)
        guard report.items.allSatisfy(\.wasCreated) else {
            let made = report.items.filter(\.wasCreated).map { PrintableText.escaped($0.path.utf8) }
            return "made what was missing in \(path): \(made.joined(separator: ", "))\n"
        }
        return "made credentials in \(path) for the server and \(KeyFolder.firstDevice)\n"
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
