// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP

/// `coap patch`.
public struct PatchCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "patch", abstract: "Change a part of a resource (RFC 8132).",
        discussion: """
            Examples:
              coap patch --identity dev -t merge-patch+json -f new.json coaps://h/config
              jq -c . f | coap patch --identity dev -t merge-patch+json -f - coaps://h/x
            """, version: CommandLineTool.version)

    @OptionGroup(title: "Body") var body: BodyOptions
    @OptionGroup var arguments: RequestArguments

    /// Made by the parser.
    public init() {}

    /// Makes the request and shows the response.
    public func run() async throws { try await arguments.run(.patch, body: body, isBodyRequired: true) }
}
