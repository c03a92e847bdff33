// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// A help page: the parser's, with the exit codes at its end, where they are out of the way of the usage.
enum HelpPage {
    /// Completes what the parser says, if it is a help page.
    ///
    /// - Parameters:
    ///   - command: the tool.
    ///   - arguments: what it was called with: they name the verb.
    static func text(_ message: String, command: any ParsableCommand.Type, _ arguments: [String]) -> String {
        guard message.hasPrefix("OVERVIEW: ") else { return message }
        let words = UsageMessage.path(of: command, arguments.filter { $0 != "help" }).words
        let codes =
            command is ServerCommand.Type
            ? ExitStatus.serverHelp
            : words.contains("keys")
                ? ExitStatus.keysHelp
                : words.contains("simulate")
                    ? ExitStatus.simulateHelp : words.contains("policy") ? ExitStatus.policyHelp : ExitStatus.help
        return message + (message.hasSuffix("\n") ? "\n" : "\n\n") + codes
    }

    /// The verb after `help` that the tool does not have; nil for arguments that ask for something else.
    static func unknownVerb(of command: any ParsableCommand.Type, _ arguments: [String]) -> String? {
        guard arguments.first == "help", !command.configuration.subcommands.isEmpty else { return nil }
        let (_, last, rest) = UsageMessage.path(of: command, Array(arguments.dropFirst()))
        guard let verb = rest.first, !verb.hasPrefix("-"), verb != "help", !last.configuration.subcommands.isEmpty
        else {
            return nil
        }
        return verb
    }
}
