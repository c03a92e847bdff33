// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP

/// What the argument parser says of a wrong command line, made fit for one line behind the tool's name.
enum UsageMessage {
    /// The line: what is wrong, and which command shows how to write it. No key stands in it.
    ///
    /// - Parameters:
    ///   - message: what the parser said; several lines, perhaps with a list.
    ///   - command: the command that was to parse them.
    ///   - arguments: the arguments, keys spelled `--psk=KEY`.
    static func text(for message: String, command: any ParsableCommand.Type, arguments: [String]) -> String {
        let (words, last, rest) = path(of: command, arguments)
        let help = "see \(words.joined(separator: " ")) --help"
        if !last.configuration.subcommands.isEmpty, let verb = rest.first, !verb.hasPrefix("-") {
            return "there is no command '\(PrintableText.escaped(verb.utf8))'; \(help)"
        }
        var text = oneLine(message)
        for argument in arguments where argument.hasPrefix("--psk=") {
            text = text.replacing(PrintableText.escaped(argument.utf8), with: "--psk")
        }
        if text.hasSuffix(".") { text.removeLast() }
        return "\(text.prefix(1).lowercased())\(text.dropFirst()); \(help)"
    }

    /// Joins lines with spaces, and the items of a list with commas.
    private static func oneLine(_ message: String) -> String {
        var text = ""
        var isInList = false
        for line in message.split(separator: "\n") {
            let words = line.drop { $0 == " " }
            let isItem = words.hasPrefix("- ")
            if !text.isEmpty { text += isItem && isInList ? ", " : " " }
            text += PrintableText.escaped((isItem ? words.dropFirst(2) : words).utf8)
            isInList = isItem
        }
        return text
    }

    /// The command as it is typed, with the verbs among the arguments (`coap keys add`), and the arguments behind them.
    static func path(
        of command: any ParsableCommand.Type, _ arguments: [String]
    ) -> (words: [String], last: any ParsableCommand.Type, rest: ArraySlice<String>) {
        func name(_ command: any ParsableCommand.Type) -> String {
            command.configuration.commandName ?? "\(command)".lowercased()
        }
        var words = [name(command)]
        var last = command
        var rest = arguments[...]
        while let verb = rest.first, let next = last.configuration.subcommands.first(where: { name($0) == verb }) {
            words.append(verb)
            last = next
            rest.removeFirst()
        }
        return (words, last, rest)
    }
}
