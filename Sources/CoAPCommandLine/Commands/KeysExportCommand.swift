// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import CoAPCredentials

/// `coap keys export`.
struct KeysExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Say how a device and other programs use its credentials, or write them to a folder.",
        discussion: """
            The lines are for coap-get, coap-client, aiocoap and openssl, and have no secret in them. With -o the folder gets \
            what the device needs and files that these programs read keys from; secrets can be read by you only. A running \
            coap-server takes no notice.

            Examples:
              coap keys export pump-3 --server coaps://gateway.example
              coap keys export pump-3 -o pump-3
            """)

    @Argument(help: "The device's name.", completion: .devices)
    var name: String

    @Option(
        name: [.customShort("o", allowingJoined: true), .customLong("output")],
        help: ArgumentHelp("The folder to write to; nothing in it is overwritten.", valueName: "dir"),
        completion: .directory)
    var output: String?

    @Option(help: ArgumentHelp("The server, and the resource to ask for.", valueName: "uri"))
    var server = "coaps://localhost"

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        var uri = try CoAPURI(server)
        guard uri.scheme == .coaps else {
            throw CoAPError(.invalidArgument, "--server takes a coaps:// URI: credentials are for DTLS")
        }
        if uri.path.isEmpty { uri = try CoAPURI(uri.authority + "/.well-known/core") }
        let folder = try keysFolder.folder()
        guard let output else {
            return try Terminal.write(try folder.export(device: name).lines(for: uri))
        }
        guard !output.isEmpty else { throw CoAPError(.invalidArgument, "-o is empty; name a folder") }
        let written = try folder.export(device: name, to: output, for: uri)
        let files = written.files.map { "made  \(PrintableText.escaped($0.utf8))\n" }.joined()
        try Terminal.write(files + written.export.lines(for: uri))
    }
}
