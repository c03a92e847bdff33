// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP

/// `coap discover`: the resources of a server (RFC 6690).
public struct DiscoverCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "discover", abstract: "List the resources of a server.",
        discussion: """
            Examples:
              coap discover --identity device-1 coaps://localhost
              coap discover --identity device-1 coaps://localhost 'rt=temp*'
            """, version: CommandLineTool.version)

    @Argument(help: ArgumentHelp("The server, coaps://host:port.", valueName: "uri"))
    var uri: String

    @Argument(
        help: ArgumentHelp("Only those with this attribute, rt=temperature or href=/sensors*.", valueName: "filter"))
    var filters: [String] = []

    @OptionGroup(title: "Request")
    var request: RequestOptions

    @OptionGroup(title: "Credentials")
    var credentials: CredentialOptions

    /// Made by the parser.
    public init() {}

    /// Asks for `.well-known/core` and shows it as a table.
    public func run() async throws {
        var target = try CoAPURI(uri)
        target.path = [".well-known", "core"]
        for filter in filters where LinkFilter(filter) == nil {
            throw CoAPError(
                .invalidArgument,
                "'\(PrintableText.escaped(filter.utf8))' is no filter: write name=value, such as rt=temperature")
        }
        target.query += filters
        var runner = RequestRunner(uri: target, method: .get, credentials: credentials, options: request)
        runner.ifEmpty = filters.isEmpty ? "the server lists no resource" : "no resource matches"
        try await runner.run()
    }
}
