// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP

/// `coap post`.
public struct PostCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "post", abstract: "Have a resource process a body.",
        discussion: """
            Examples:
              coap post --identity device-1 -e hello coaps://localhost/inbox
              date | coap post --identity device-1 -t text -f - coaps://localhost/inbox
              coap post -c dev.pem -j dev.key -C ca.pem -t json -f order coaps://h/orders
            """, version: CommandLineTool.version)

    @OptionGroup(title: "Body") var body: BodyOptions
    @OptionGroup var arguments: RequestArguments

    /// Made by the parser.
    public init() {}

    /// Makes the request and shows the response.
    public func run() async throws { try await arguments.run(.post, body: body) }
}
