// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import PolicyFile

/// `coap policy check`.
struct PolicyCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say whether a policy makes sense, and which of its rules can never decide.",
        discussion: """
            Examples:
              coap policy check policy.yaml
              coap policy check
            """)

    @Argument(
        help: ArgumentHelp("The policy; policy.yaml in the keys folder without it.", valueName: "file"),
        completion: .file())
    var file: String?

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        let document = try PolicyDocument(path: try PolicyCommand.file(named: file, keysFolder))
        let name = PrintableText.escaped(document.name.utf8)
        let count = document.policy.rules.count
        for warning in document.warnings { Terminal.complain("\(name):\(warning.line): \(warning.text)") }
        let denied = count == 0 ? ": nobody may do anything" : ""
        try Terminal.write("\(name) makes sense: \(count == 1 ? "1 rule" : "\(count) rules")\(denied)\n")
    }
}
