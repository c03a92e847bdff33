// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP

/// `coap get`.
public struct GetCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Read a resource.",
        discussion: """
            Example: coap-get --identity device-1 coaps://localhost/sensors/temperature

            \(ExitStatus.help)
            """, version: CommandLineTool.version)

    @Argument(help: ArgumentHelp("The resource, coaps://host:port/path?query.", valueName: "uri"))
    var uri: String

    @OptionGroup(title: "Request")
    var request: RequestOptions

    @OptionGroup(title: "Credentials")
    var credentials: CredentialOptions

    /// Made by the parser.
    public init() {}

    /// Makes the request and shows the response.
    public func run() async throws {
        try await RequestRunner(
            uri: uri, method: .get, credentials: credentials, options: request
        ).run()
    }
}
