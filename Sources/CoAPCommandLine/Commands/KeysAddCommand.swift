// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAPCredentials

/// `coap keys add`.
struct KeysAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a device: a pre-shared key and a certificate.",
        discussion: """
            A certificate is good for two years and a key until it is replaced or revoked, unless --days says otherwise. A \
            running coap-server takes the device up by itself within two seconds.

            Examples:
              coap keys add pump-3
              coap keys add visitor --psk --days 1
            """)

    @Argument(help: "The device's name: the identity of its key and the name in its certificate.")
    var name: String

    @OptionGroup var kind: CredentialKindOptions

    @Option(help: ArgumentHelp("For how many days they are good.", valueName: "n"))
    var days: Int?

    @Flag(help: "Give a name that was revoked a new key and certificate.")
    var again = false

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        let report = try keysFolder.folder().addDevice(named: name, kind.kinds, days: days, again: again)
        try KeysCommand.show(report, unchanged: "\(name) is there already; nothing was changed")
        if !report.changedNothing { try Terminal.write(KeysCommand.takenUp) }
    }
}
