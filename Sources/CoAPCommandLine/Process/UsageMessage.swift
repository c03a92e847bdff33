// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP

/// What the argument parser says of a wrong command line, made fit for one line behind the tool's name.
enum UsageMessage {
    /// The line: what is wrong, and which command shows how to write it. No key stands in it.
    static func text(for message: String, command: any ParsableCommand.Type, arguments: [String]) -> String {
        var message = PrintableText.escaped(message.utf8)
        for argument in arguments where argument.hasPrefix("--psk=") {
            message = message.replacing(PrintableText.escaped(argument.utf8), with: "--psk")
        }
        if message.hasSuffix(".") { message.removeLast() }
        let first = message.prefix(1).lowercased()
        return "\(first)\(message.dropFirst()); see \(name(of: command, arguments)) --help"
    }

    /// The command as it is typed, with the verbs among the arguments: `coap keys add`.
    private static func name(of command: any ParsableCommand.Type, _ arguments: [String]) -> String {
        var words: [String] = []
        var current = command
        var rest = arguments[...]
        while true {
            words.append(current.configuration.commandName ?? "\(current)".lowercased())
            guard let word = rest.popFirst(),
                let next = current.configuration.subcommands.first(where: {
                    ($0.configuration.commandName ?? "\($0)".lowercased()) == word
                })
            else { return words.joined(separator: " ") }
            current = next
        }
    }
}
