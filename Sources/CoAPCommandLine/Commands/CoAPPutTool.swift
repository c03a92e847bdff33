// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser

/// `coap-put`: `coap put` under a name of its own.
public struct CoAPPutTool: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "coap-put", abstract: PutCommand.configuration.abstract,
        discussion: PutCommand.configuration.discussion.replacing("coap put ", with: "coap-put "),
        version: CommandLineTool.version)

    @OptionGroup var command: PutCommand

    /// Made by the parser.
    public init() {}

    /// Makes the request and shows the response.
    public func run() async throws { try await command.run() }
}
