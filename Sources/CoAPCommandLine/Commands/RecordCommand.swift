// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import Foundation

/// `coap record`: a device's values into a scenario that plays them back.
public struct RecordCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Record a device's values into a scenario that plays them back.",
        discussion: """
            It asks the server for its resources, observes those that can be observed and asks for the others again and again, \
            until Ctrl-C or the end of --duration. Numbers are found in text (21.4 °C, on, off), SenML, JSON and CBOR. The scenario \
            has the same paths, units, titles and types, and begins anew at its end.

            Examples:
              coap record --identity device-1 coaps://localhost -o office.yaml
              coap record --duration 1h --every 10s coap://192.0.2.7 -o pump.yaml
              coap record --path '/sensors/*' --path '/time?ticks' --duration 60s coap://192.0.2.7 -o pump.yaml
              coap-server --scenario office.yaml

            Without --path all resources are recorded that say by if= that they are sensors or actuators, and those others \
            that give a number.
            """, version: CommandLineTool.version)

    @Argument(help: ArgumentHelp("The server, coaps://host:port; with a path, that resource only.", valueName: "uri"))
    var uri: String

    @Option(
        name: [.customShort("o", allowingJoined: true), .long],
        help: ArgumentHelp("The scenario's file, once all is recorded; - is the standard output.", valueName: "file"),
        completion: .file())
    var output: String

    @Flag(help: "Replace the file where there is one.")
    var overwrite = false

    @Option(
        help: ArgumentHelp(
            "Record this resource, or those that fit /sensors/*, as often as you like; * stands for anything.",
            valueName: "path"))
    var path: [String] = []

    @Option(
        help: ArgumentHelp(
            "How often resources are asked that cannot be observed: 500ms, 5s, 1m; 5s without it.",
            valueName: "duration"))
    var every = "5s"

    @Option(help: ArgumentHelp("How long to record: 90s, 2m, 1h; until Ctrl-C without it.", valueName: "duration"))
    var duration: String?

    @Option(help: ArgumentHelp("The scenario's and device's name; the file's without it.", valueName: "name"))
    var name: String?

    @Option(
        name: [.customShort("B", allowingJoined: true), .customLong("timeout")],
        help: ArgumentHelp(
            "How long the handshake and each response may take; 10 and 30 without it.", valueName: "seconds"))
    var timeout: Double?

    @Flag(name: .shortAndLong, help: "Show the handshake and the cipher.")
    var verbose = false

    @OptionGroup(title: "Capture")
    var capture: CaptureOptions

    @OptionGroup(title: "Credentials")
    var credentials: CredentialOptions

    /// Made by the parser.
    public init() {}

    /// Records until the time is up or it is interrupted, writes the scenario and says what is in it.
    public func run() async throws {
        guard output != "" else {
            throw CoAPError(.invalidArgument, "the name behind -o is empty; name a file, or - for the standard output")
        }
        let plan = RecordingPlan(
            output: output, name: try scenarioName(), interval: try Self.duration(every, "--every", from: 0.01),
            duration: try duration.map { text throws(CoAPError) in try Self.duration(text, "--duration", from: 0.1) })
        var target = try CoAPURI(uri)
        let paths = path + (target.path.isEmpty ? [] : ["\(CoAPURI.Reference(path: target.path, query: target.query))"])
        (target.path, target.query) = ([], [])
        var configuration = try RequestOptions.configuration(timeout: timeout)
        let security = try credentials.security(for: target)
        configuration.capture = try capture.start()
        let transcript = Transcript(isOn: verbose)
        transcript.connecting(target, security, authorities: try credentials.authoritiesPath())
        let place = try ScenarioOutput(output, overwrite: overwrite)
        let isWritten = Locked(false)
        do {
            try await CoAPClient.withSession(to: target, security: security, configuration: configuration) { session in
                transcript.connected(await session.connectionInfo)
                try await plan.record(target.authority, paths, on: session, to: place)
                isWritten.withLock { $0 = true }
            }
        } catch let error as CoAPError {
            // What ended the recording is no failure of it.
            guard !isWritten.withLock({ $0 }) else { return try Self.end() }
            throw credentials.explained(error, security)
        }
        try Self.end()
    }

    /// Ctrl-C is the usual end; other signals are not.
    private static func end() throws { if CommandLineTool.isStoppedFromOutside { throw CancellationError() } }

    private func scenarioName() throws(CoAPError) -> String {
        guard let name else { return RecordedScenario.name(for: output) }
        guard !name.isEmpty, name.utf8.count <= 64, name == RecordedScenario.name(for: name) else {
            throw CoAPError(.invalidArgument, "--name takes up to 64 letters, digits, - and _, first a letter or digit")
        }
        return name
    }

    private static func duration(_ text: String, _ option: String, from least: Double) throws(CoAPError) -> Duration {
        if let duration = DurationText.parse(text), duration.inSeconds >= least { return duration }
        throw CoAPError(
            .invalidArgument,
            "\(option) '\(PrintableText.escaped(text.utf8))' is no duration from \(least) s on: write 500ms, 5s, 2m, 1h"
        )
    }
}
