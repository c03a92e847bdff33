// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAPCredentials

/// `coap keys add`.
struct KeysAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a device: a pre-shared key and a certificate.",
        discussion: """
            A running coap-server knows the new key after a restart, the certificate at once.

            Example: coap keys add pump-3
            """)

    @Argument(help: "The device's name: the identity of its key and the name in its certificate.")
    var name: String

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        let report = try keysFolder.folder().addDevice(named: name)
        try KeysCommand.show(report, unchanged: "\(name) is there already; nothing was changed")
        if !report.changedNothing { try Terminal.write("a running coap-server knows the new key after a restart\n") }
    }
}
