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
            if try !folder.initialize().changedNothing {
                Terminal.write("made credentials in \(keys)/ for the server and device-1\n")
            }
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
        do {
            try await group.run()
        } catch let error as CoAPError {
            throw error
        }
        Terminal.write("stopped\n")
    }

    private static func announce(_ uris: [CoAPURI], keys: String) {
        // With the port even where it is the usual one, for scripts that read it.
        var lines = uris.map { uri in
            let authority = uri.authority
            let port = ":\(uri.port)"
            return "listening on \(authority.hasSuffix(port) ? authority : authority + port)\n"
        }
        for uri in uris {
            // What a person types who sits at this host.
            let host = ["::", "0.0.0.0", "127.0.0.1", "::1"].contains(uri.host) ? "localhost" : uri.host
            let target = CoAPURI(scheme: uri.scheme, host: host, port: uri.port).authority
            let folder = keys == "keys" ? "" : " --keys \(keys)"
            let credentials = uri.scheme == .coaps ? " --identity \(KeyFolder.firstDevice)\(folder)" : ""
            lines.append("  coap-get\(credentials) \(target)/sensors/temperature\n")
            lines.append("  coap-put\(credentials) -e on \(target)/actuators/led\n")
        }
        Terminal.write(lines.joined())
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
