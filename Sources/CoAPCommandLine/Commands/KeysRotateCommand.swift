// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import CoAPCredentials

/// `coap keys rotate`.
struct KeysRotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Give a device a new key and certificate; the old ones are good for a while longer.",
        discussion: """
            The new key has an identity of its own, such as pump-3@2, and is the same device to the server. Bring the new \
            credentials to the device within the overlap; then the old ones are refused. No session is interrupted before.

            Examples:
              coap keys rotate pump-3
              coap keys rotate pump-3 --overlap 12h --days 365
              coap keys export pump-3 -o pump-3
            """)

    @Argument(help: "The device's name.", completion: .devices)
    var name: String

    @Option(
        help: ArgumentHelp(
            "For how long the old ones stay good, such as 12h or 7d; 0 ends them now.", valueName: "time"))
    var overlap = "7d"

    @OptionGroup var kind: CredentialKindOptions

    @Option(help: ArgumentHelp("For how many days the new ones are good.", valueName: "n"))
    var days: Int?

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        guard let overlap = DurationText.parse(overlap) else {
            throw CoAPError(
                .invalidArgument,
                "--overlap '\(PrintableText.escaped(self.overlap.utf8))' is no time: write 12h or 7d")
        }
        let folder = try keysFolder.folder()
        let seconds = overlap.components.seconds
        let report = try folder.rotateDevice(named: name, kind.kinds, overlap: seconds, days: days)
        var text = ""
        if let identity = report.identity { text += "made  a key of the identity \(identity)\n" }
        if let path = report.certificatePath {
            text += "made  \(PrintableText.escaped(path.utf8)) and its private key\n"
        }
        let end = KeysCommand.moment(report.oldUntil)
        text += seconds == 0 ? "the old ones are refused from now on\n" : "the old ones are good until \(end)\n"
        text += "write what the device needs to a folder with: coap keys export \(name) -o DIR\(folder.option)\n"
        if report.isListBehind { Terminal.complain(KeysCommand.listBehind(folder)) }
        try Terminal.write(text + KeysCommand.takenUp)
    }
}
