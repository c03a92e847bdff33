// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import CoAPCredentials
import DeviceSimulator
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// `coap-server`: serves a simulated device.
public struct ServerCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "coap-server", abstract: "Serve a simulated device over DTLS.",
        discussion: """
            The device is a sensor in a heated room: /sensors/temperature, /sensors/humidity, /actuators/led, /device. It \
            comes in text, JSON and SenML. Peers need a pre-shared key or a certificate of the keys folder.

            Exit codes: 0 after SIGINT or SIGTERM, 64 wrong usage, 65 bad credentials, 66 a file cannot be read, \
            69 an address cannot be bound.
            """, version: CommandLineTool.version)

    @Option(
        help: ArgumentHelp(
            """
            Where to listen, as often as you like; port 0 takes a free one, coap:// is plain CoAP for everybody. \
            coaps://[::]:5684 without it.
            """, valueName: "uri"))
    var listen: [String] = []

    @Option(help: ArgumentHelp("The keys folder; made if it is not there.", valueName: "dir"))
    var keys = "keys"

    @Option(help: "What to log, to the standard error: trace, debug, info, notice, warning, error or critical.")
    var logLevel: Logger.Level = .notice

    @Flag(help: ArgumentHelp("Serve /bench too: 20 bytes, for scripts/bench.sh.", visibility: .hidden))
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
        let endpoints = try (listen.isEmpty ? ["coaps://[::]:5684"] : listen).map { try ServerEndpoint($0) }
        var security: ServerSecurity?
        if endpoints.contains(where: { $0.scheme == .coaps }) {
            let folder = KeyFolder(path: keys)
            let report = try folder.initialize()
            if !report.changedNothing { try? Terminal.write(Self.news(report, keys: keys)) }
            security = try folder.serverSecurity()
        }
        let router = Router()
        SimulatedDevice().register(on: router)
        if bench { router.get("bench", attributes: .init(isListed: false)) { _, _ in "twenty bytes exactly" } }
        let logger = Logger(label: "coap-server")
        let keys = keys
        let server = CoAPServer(
            endpoints: endpoints, security: security, router: router, logger: logger,
            onListening: { uris in Self.announce(uris, keys: keys) })
        var quiet = Logger(label: "coap-server.lifecycle")
        quiet.logLevel = max(level, .warning)
        let group = ServiceGroup(
            services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        try await group.run()
        try? Terminal.write("stopped\n")
    }

    private static func announce(_ uris: [CoAPURI], keys: String) {
        // With the port even where it is the usual one, for scripts that read it.
        let lines = uris.map { "listening on \($0.scheme.rawValue)://\(bracketed($0.host)):\($0.port)\n" }
        // Who reads this may have gone; that is no reason not to serve.
        try? Terminal.write((lines + uris.map { hint(for: $0, keys: keys) }).joined())
    }

    /// What the first start says of the credentials it made.
    static func news(_ report: InitializationReport, keys: String) -> String {
        let folder = PrintableText.escaped(keys.utf8)
        guard report.items.allSatisfy(\.wasCreated) else {
            let made = report.items.filter(\.wasCreated).map { PrintableText.escaped($0.path.utf8) }
            return "made what was missing in \(folder): \(made.joined(separator: ", "))\n"
        }
        return "made credentials in \(folder) for the server and \(KeyFolder.firstDevice)\n"
    }

    /// What a person types who sits at this host.
    static func hint(for uri: CoAPURI, keys: String) -> String {
        let host = ["::", "0.0.0.0"].contains(uri.host) ? "localhost" : uri.host
        let target = CoAPURI(scheme: uri.scheme, host: host, port: uri.port).authority
        let folder = keys == "keys" ? "" : " --keys \(ShellText.quoted(keys))"
        let credentials = uri.scheme == .coaps ? " --identity \(KeyFolder.firstDevice)\(folder)" : ""
        // A shell takes brackets for a pattern.
        return "  coap-get\(credentials) \(ShellText.quoted("\(target)/sensors/temperature"))\n"
            + "  coap-put\(credentials) -e on \(ShellText.quoted("\(target)/actuators/led"))\n"
    }

    private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
