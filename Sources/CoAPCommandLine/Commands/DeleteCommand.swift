// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP

/// `coap delete`.
public struct DeleteCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove a resource.",
        discussion: """
            Examples:
              coap delete --identity device-1 coaps://localhost/inbox/1
              coap delete -c device-1.pem -j device-1.key -C ca.pem coaps://localhost/inbox/1
            """, version: CommandLineTool.version)

    @OptionGroup var arguments: RequestArguments

    /// Made by the parser.
    public init() {}

    /// Makes the request and shows the response.
    public func run() async throws { try await arguments.run(.delete) }
}
