// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP

/// `coap fetch`.
public struct FetchCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Read the part of a resource that a body describes (RFC 8132).",
        discussion: """
            Example: coap fetch --identity device-1 -t senml-etch+json -f query.json coaps://localhost/sensors

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
            uri: uri, method: .fetch, credentials: credentials, options: request,
            body: { (request: inout Request) throws(CoAPError) in try body.apply(to: &request, isRequired: true) }
        ).run()
    }
}
