// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser

/// `coap`: every verb in one tool.
public struct CoAPCommand: AsyncParsableCommand {
    /// The command's name, help and verbs.
    public static let configuration = CommandConfiguration(
        commandName: "coap", abstract: "Talk to constrained devices, securely (CoAP over DTLS).",
        discussion: """
            Examples:
              coap get --identity device-1 coaps://localhost/sensors/temperature
              coap put --identity device-1 -e on coaps://localhost/actuators/led
              coap observe --identity device-1 coaps://localhost/sensors/temperature
              coap discover -c device-1.pem -j device-1.key -C ca.pem coaps://localhost
              coap keys add pump-3

            Completion in your shell: coap --generate-completion-script bash (zsh, fish)
            """, version: CommandLineTool.version,
        groupedSubcommands: [
            CommandGroup(
                name: "Requests",
                subcommands: [
                    GetCommand.self, PutCommand.self, PostCommand.self, DeleteCommand.self, FetchCommand.self,
                    PatchCommand.self, IPatchCommand.self, ObserveCommand.self,
                ]),
            CommandGroup(
                name: "Servers",
                subcommands: [
                    DoctorCommand.self, DiscoverCommand.self, PingCommand.self, BenchCommand.self,
                    ConformanceCommand.self,
                    RelayCommand.self, RecordCommand.self,
                ]),
            CommandGroup(name: "Devices", subcommands: [SimulateCommand.self]),
            CommandGroup(name: "Credentials", subcommands: [KeysCommand.self, PolicyCommand.self]),
        ])

    /// Made by the parser.
    public init() {}
}
