// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import CoAPCredentials
import Foundation

/// `coap keys`: the credentials of a server and its devices.
public struct KeysCommand: ParsableCommand {
    /// The command's name, help and verbs.
    public static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make, list, replace and revoke the credentials of a server and its devices.",
        discussion: """
            Examples:
              coap keys init --host gateway.example
              coap keys add pump-3
              coap keys fleet --count 1000 --prefix pump-
              coap keys list
              coap keys rotate pump-3 --overlap 7d
              coap keys rotate --server
              coap keys revoke pump-3
              coap keys export pump-3 -o pump-3
              coap-client-openssl -u p -k "$(coap keys show p)" coaps://localhost/device
            """,
        version: CommandLineTool.version,
        subcommands: [
            KeysInitCommand.self, KeysAddCommand.self, KeysFleetCommand.self, KeysListCommand.self,
            KeysShowCommand.self,
            KeysRotateCommand.self, KeysRevokeCommand.self, KeysExportCommand.self, KeysImportCommand.self,
        ])

    /// Made by the parser.
    public init() {}

    /// What a running server does with a change.
    static let takenUp = "a running coap-server takes the device up by itself within two seconds\n"

    /// What is behind where the authority's key is kept elsewhere, or the lists are damaged.
    static func listBehind(_ folder: KeyFolder) -> String {
        if let damage = folder.damagedLists {
            return
                "\(damage.message); it was left as it is, and no server starts with it. Put a copy of it back, or remove it, and the "
                + "next 'coap keys' command makes one of what the register knows; what was revoked now is refused all the same"
        }
        return
            "\(PrintableText.escaped(folder.revocationListPath.utf8)) could not be renewed without the authority's key; coap-server "
            + "refuses the certificates all the same, other programs once a 'coap keys' command has run beside ca.key"
    }

    /// A moment for a person, in universal time.
    static func moment(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }

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
