// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import CoAPCredentials

/// `coap keys`: the credentials of a server and its devices.
public struct KeysCommand: ParsableCommand {
    /// The command's name, help and verbs.
    public static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make and list the credentials of a server and its devices.",
        version: CommandLineTool.version, subcommands: [Init.self, Add.self, List.self])

    /// Made by the parser.
    public init() {}

    /// The folder that all verbs work on.
    struct Folder: ParsableArguments {
        @Option(help: ArgumentHelp("The keys folder.", valueName: "dir"))
        var keys = "keys"

        var folder: KeyFolder { KeyFolder(path: keys) }
    }

    /// `coap keys init`.
    struct Init: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init",
            abstract: "Make what is missing: an authority, the server's certificate, and a first device.",
            discussion: "What is there is left alone. Secrets can be read by you only.")

        @OptionGroup var options: Folder

        func run() throws {
            let report = try options.folder.initialize()
            try KeysCommand.show(report, unchanged: "everything is there already; nothing was changed")
        }
    }

    /// `coap keys add`.
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Add a device: a pre-shared key and a certificate.",
            discussion: "A running coap-server knows the new key after a restart, the certificate at once.")

        @Argument(help: "The device's name: the identity of its key and the name in its certificate.")
        var name: String

        @OptionGroup var options: Folder

        func run() throws {
            let report = try options.folder.addDevice(named: name)
            try KeysCommand.show(report, unchanged: "\(name) is there already; nothing was changed")
        }
    }

    /// `coap keys list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the devices; no secret is shown.")

        @OptionGroup var options: Folder

        func run() throws {
            let rows = try options.folder.devices().map { device in
                [
                    PrintableText.escaped(device.name.utf8), device.hasPreSharedKey ? "yes" : "no",
                    device.expiryDate.map { "until \($0)" } ?? "no",
                ]
            }
            try Terminal.write(Table(heading: ["DEVICE", "KEY", "CERTIFICATE"], rows: rows).text(for: .output))
        }
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
