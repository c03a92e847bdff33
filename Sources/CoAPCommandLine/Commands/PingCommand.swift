// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP

/// `coap ping`: whether a server is there.
public struct PingCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "ping", abstract: "Ask whether a server is there, with a message that carries nothing.",
        discussion: """
            Example: coap ping --identity device-1 coaps://localhost

            \(ExitStatus.help)
            """, version: CommandLineTool.version)

    @Argument(help: ArgumentHelp("The server, coaps://host:port.", valueName: "uri"))
    var uri: String

    @Option(
        name: [.customShort("B"), .customLong("timeout")],
        help: ArgumentHelp("How long handshake and answer may take each; 10 and 30 without it.", valueName: "seconds"))
    var timeout: Double?

    @OptionGroup(title: "Credentials")
    var credentials: CredentialOptions

    /// Made by the parser.
    public init() {}

    /// Sends one ping and says how long it took.
    public func run() async throws {
        let uri = try CoAPURI(uri)
        var options = RequestOptions()
        options.timeout = timeout
        let security = try credentials.security(for: uri)
        let time = try await CoAPClient.withSession(
            to: uri, security: security, configuration: try options.configuration()
        ) { session in try await session.ping() }
        try Terminal.write("\(uri.authority) answered after \(Transcript.milliseconds(time))\n")
    }
}
