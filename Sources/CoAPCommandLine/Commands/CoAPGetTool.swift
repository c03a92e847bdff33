// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser

/// `coap-get`: `coap get` under a name of its own.
public struct CoAPGetTool: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "coap-get", abstract: GetCommand.configuration.abstract,
        discussion: GetCommand.configuration.discussion.replacing("coap get ", with: "coap-get "),
        version: CommandLineTool.version)

    @OptionGroup var command: GetCommand

    /// Made by the parser.
    public init() {}

    /// Makes the request and shows the response.
    public func run() async throws { try await command.run() }
}
