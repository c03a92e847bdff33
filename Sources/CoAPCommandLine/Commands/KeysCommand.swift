// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import CoAPCredentials

/// `coap keys`: the credentials of a server and its devices.
public struct KeysCommand: ParsableCommand {
    /// The command's name, help and verbs.
    public static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make, list and show the credentials of a server and its devices.",
        discussion: """
            Examples:
              coap keys init --host gateway.example
              coap keys add pump-3
              coap keys list
              coap-client-openssl -u p -k "$(coap keys show p)" coaps://localhost/device
            """,
        version: CommandLineTool.version,
        subcommands: [KeysInitCommand.self, KeysAddCommand.self, KeysListCommand.self, KeysShowCommand.self])

    /// Made by the parser.
    public init() {}

    /// What was made and what was there, a file a line.
    static func show(_ report: InitializationReport, unchanged: String) throws(OutputError) {
        let paths = report.items.map { PrintableText.escaped($0.path.utf8) }
        let width = paths.map(\.count).max() ?? 0
        let lines = zip(paths, report.items).map { path, item in
            let padding = String(repeating: " ", count: width - path.count)
            return "\(item.wasCreated ? "made" : "kept")  \(path)\(padding)  \(item.purpose)\n"
        }
        try Terminal.write(lines.joined() + (report.changedNothing ? "\(unchanged)\n" : ""))
    }
}
