// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser

/// `coap`: every verb in one tool.
public struct CoAPCommand: AsyncParsableCommand {
    /// The command's name, help and verbs.
    public static let configuration = CommandConfiguration(
        commandName: "coap", abstract: "Talk to constrained devices, securely (CoAP over DTLS).",
        discussion: ExitStatus.help, version: CommandLineTool.version,
        groupedSubcommands: [
            CommandGroup(
                name: "Requests",
                subcommands: [
                    GetCommand.self, PutCommand.self, PostCommand.self, DeleteCommand.self, FetchCommand.self,
                    PatchCommand.self, IPatchCommand.self,
                ]),
            CommandGroup(name: "Servers", subcommands: [DiscoverCommand.self, PingCommand.self, BenchCommand.self]),
            CommandGroup(name: "Credentials", subcommands: [KeysCommand.self]),
        ])

    /// Made by the parser.
    public init() {}
}
