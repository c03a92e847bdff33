// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP

/// `coap fetch`.
public struct FetchCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Read the part of a resource that a body describes (RFC 8132).",
        discussion: """
            Examples:
              coap fetch --identity dev -t senml-etch+json -f q.json coaps://h/sensors
              coap fetch -c dev.pem -j dev.key -C ca.pem -t json -f q.json coaps://h/log
            """, version: CommandLineTool.version)

    @OptionGroup(title: "Body") var body: BodyOptions
    @OptionGroup var arguments: RequestArguments

    /// Made by the parser.
    public init() {}

    /// Makes the request and shows the response.
    public func run() async throws { try await arguments.run(.fetch, body: body, isBodyRequired: true) }
}
