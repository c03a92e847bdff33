// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP

/// `coap post`.
public struct PostCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "post", abstract: "Have a resource process a body.",
        discussion: """
            Example: coap post --identity device-1 -e hello coaps://localhost/inbox

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
            uri: uri, method: .post, credentials: credentials, options: request,
            body: { (request: inout Request) throws(CoAPError) in try body.apply(to: &request, isRequired: false) }
        ).run()
    }
}
