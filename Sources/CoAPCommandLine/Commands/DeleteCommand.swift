// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP

/// `coap delete`.
public struct DeleteCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove a resource.",
        discussion: """
            Example: coap delete --identity device-1 coaps://localhost/inbox/1

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
            uri: uri, method: .delete, credentials: credentials, options: request
        ).run()
    }
}
