// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import SenML

/// `coap ping`: whether a server is there.
public struct PingCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "ping", abstract: "Ask whether a server is there, with a message that carries nothing.",
        discussion: """
            Examples:
              coap ping --identity device-1 coaps://localhost
              coap ping -n 5 --json coap://192.0.2.7
            """, version: CommandLineTool.version)

    @Argument(help: ArgumentHelp("The server, coaps://host:port.", valueName: "uri"))
    var uri: String

    @Option(
        name: [.customShort("n", allowingJoined: true), .long],
        help: "How often to ask, 1 to 1000000, a second apart.")
    var count = 1

    @Option(
        name: [.customShort("B", allowingJoined: true), .customLong("timeout")],
        help: ArgumentHelp("How long handshake and answer may take each; 10 and 30 without it.", valueName: "seconds"))
    var timeout: Double?

    @Flag(name: .shortAndLong, help: "Show the handshake and the cipher.")
    var verbose = false

    @Flag(help: "Show everything as one JSON object.")
    var json = false

    @OptionGroup(title: "Capture")
    var capture: CaptureOptions

    @OptionGroup(title: "Credentials")
    var credentials: CredentialOptions

    /// Made by the parser.
    public init() {}

    /// Sends the pings and says how long each took.
    public func run() async throws {
        guard (1...1_000_000).contains(count) else {
            throw CoAPError(.invalidArgument, "-n takes a number from 1 to 1000000")
        }
        let uri = try CoAPURI(uri)
        var configuration = try RequestOptions.configuration(timeout: timeout)
        let security = try credentials.security(for: uri)
        configuration.capture = try capture.start()
        let transcript = Transcript(isOn: verbose)
        transcript.connecting(uri, security, authorities: try credentials.authoritiesPath())
        try await transcript.looksUp(uri, deadline: configuration.handshakeTimeout)
        do {
            let (times, info) = try await CoAPClient.withSession(
                to: uri, security: security, configuration: configuration
            ) { session in
                let info = await session.connectionInfo
                transcript.connected(info)
                var times: [Duration] = []
                while true {
                    let time = try await session.ping()
                    times.append(time)
                    if !json {
                        try Terminal.write("\(uri.authority) answered after \(Transcript.milliseconds(time))\n")
                    }
                    if times.count == count { return (times, info) }
                    try await Task.sleep(for: .seconds(1))
                }
            }
            guard json else { return }
            let object = JSONValue.object([
                .init("uri", .string(uri.authority)), .init("connection", ResponseJSON.connection(info)),
                .init("milliseconds", .array(times.map(ResponseJSON.milliseconds))),
            ])
            try Terminal.write(object.pretty + "\n")
        } catch let error as CoAPError {
            throw credentials.explained(error, security)
        }
    }
}
