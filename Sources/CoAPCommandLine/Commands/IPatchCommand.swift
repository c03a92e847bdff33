// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP

/// `coap ipatch`.
public struct IPatchCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "ipatch", abstract: "Change a part of a resource; twice is the same as once (RFC 8132).",
        discussion: """
            Example: coap ipatch --identity device-1 -t merge-patch+json -f change.json coaps://localhost/config

            \(ExitStatus.help)
            """, version: CommandLineTool.version)

    @Argument(help: ArgumentHelp("The resource, coaps://host:port/path?query.", valueName: "uri"))
    var uri: String

    @OptionGroup(title: "Body")
    var body: BodyOptions

    @OptionGroup(title: "Request")
    var request: RequestOptions

    @OptionGroup(title: "Credentials")
    var credentials: CredentialOptions

    /// Made by the parser.
    public init() {}

    /// Makes the request and shows the response.
    public func run() async throws {
        try await RequestRunner(
            uri: uri, method: .iPatch, credentials: credentials, options: request,
            body: { (request: inout Request) throws(CoAPError) in try body.apply(to: &request, isRequired: true) }
        ).run()
    }
}
