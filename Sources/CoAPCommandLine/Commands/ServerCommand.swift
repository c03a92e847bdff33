// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import Logging

/// `coap-server`: serves a simulated device.
public struct ServerCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "coap-server", abstract: "Serve simulated devices over DTLS.",
        usage: "coap-server [--listen <uri> ...] [--keys <dir>] [<options>]",
        discussion: """
            The device is a thermostat in a heated room: /sensors/temperature, /sensors/humidity, /actuators/led, \
            /actuators/setpoint, /actuators/heater, /device, /firmware. Another scenario has other devices, each in a folder of its \
            own: \(ScenarioArgument.names). Values come in text, JSON, CBOR and SenML; /reports takes those of devices that report. \
            Peers need a pre-shared key or a certificate of the \
            keys folder, which is followed while the server runs: who was added is let in, who was revoked is let go. SIGHUP \
            has it read at once.

            Examples:
              coap-server
              coap-server --listen coaps://127.0.0.1:0 --keys /etc/coap/keys
              coap-server --listen coaps://[::]:5684 --listen coap://[::1]:5683
              coap-server --scenario smart-building --speed 60
              coap-server --scenario office.yaml --control
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
            What to serve, by name or as a file in YAML: thermostat without it; plugtest has the resources of ETSI's CoAP \
            plugtest for 'coap conformance' and other checkers, whose key 'sesame' of the identity 'password' is known to \
            everybody.
            """, valueName: "name|file"), completion: .file(extensions: ["yaml", "yml"]))
    var scenario = ServerScenario.usualName

    @Option(help: ArgumentHelp("Where the scenario's random numbers start; its own without it.", valueName: "number"))
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "How many simulated seconds pass in a second, such as 60 or 0.5; the scenario's own without it.",
            valueName: "factor"))
    var speed: Double?

    @Flag(
        help: ArgumentHelp(
            """
            Serve /simulation/faults too, where POST has something go wrong with devices at once, such as \
            'stuck room-00*/sensors/temperature for 30 s'. Whoever the policy lets do that can disturb all of them.
            """))
    var control = false

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
        let scenario = try ServerScenario(named: scenario, seed: seed, speed: speed)
        try refuseOpenControl(endpoints)
        let policy = try policy.map { try ServerPolicy(path: PolicyCommand.file(named: $0, keysFolder)) }
        var configuration = try self.configuration(endpoints)
        configuration.capture = try capture.start()
        let isSecure = endpoints.contains { $0.scheme == .coaps }
        let credentials = isSecure ? try ServerCredentials(keysFolder.folder()) : nil

        let router = Router()
        if let policy { router.add(policy.access) }
        let logger = Logger(label: "coap-server")
        let changing = try register(scenario, on: router, &configuration, logger: logger)
        defer { changing.cancel() }
        if bench { BenchResources.register(on: router) }

        let announcement = ServerAnnouncement(
            examples: scenario.examples, isPlugtest: scenario.isPlugtest, hints: credentials?.hints,
            isOpen: policy == nil)
        let server = CoAPServer(
            endpoints: endpoints, security: try credentials.map { try scenario.security($0.security) }, router: router,
            configuration: configuration, logger: logger, onListening: announcement.write)
        let keepers = [credentials?.keep(server, for: scenario, logger: logger), policy?.keep(logger: logger)]
        try await ServerRun.run(server, beside: keepers.compactMap(\.self), level)
        try? Terminal.write("stopped\n")
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
