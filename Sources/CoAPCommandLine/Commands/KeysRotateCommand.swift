// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import CoAPCredentials

/// `coap keys rotate`.
struct KeysRotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Give a device, the server or the authority a new key and certificate.",
        discussion: """
            A device's new key has an identity of its own, such as pump-3@2, and is the same device to the server. Bring the new \
            credentials to the device within the overlap; then the old ones are refused. No session is interrupted before.

            --server makes the server's own key and certificate anew, for the same hosts. A running coap-server takes them up by \
            itself; no session is interrupted and no device notices.

            --authority makes a new authority that signs from then on. The old one is believed beside it until 'coap keys revoke \
            --old-authority', and the server's certificate stays with it until --new-authority.

            Examples:
              coap keys rotate pump-3
              coap keys rotate pump-3 --overlap 12h --days 365
              coap keys export pump-3 -o pump-3
              coap keys rotate --server
              coap keys rotate --server --host gateway.example
              coap keys rotate --authority
              coap keys rotate --server --new-authority
            """)

    @Argument(help: "The device's name.", completion: .devices)
    var name: String?

    @Flag(help: "Instead of a device: the server's own key and certificate.")
    var server = false

    @Flag(help: "Instead of a device: the authority that signs all certificates.")
    var authority = false

    @Option(
        help: ArgumentHelp(
            "For how long a device's old ones stay good, such as 12h; 0 ends them now. 7d without it.",
            valueName: "time"))
    var overlap: String?

    @OptionGroup var kind: CredentialKindOptions

    @Option(
        help: ArgumentHelp(
            "With --server: a name or IP address under which clients know it from now on, as often as you like.",
            valueName: "host"))
    var host: [String] = []

    @Flag(
        help:
            "With --server: have the new authority sign it. Clients that only know the old one refuse the server then.")
    var newAuthority = false

    @Option(help: ArgumentHelp("For how many days the new ones are good.", valueName: "n"))
    var days: Int?

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        let folder = try keysFolder.folder()
        switch (name, server, authority) {
        case (let name?, false, false):
            try refuse([("--host", !host.isEmpty), ("--new-authority", newAuthority)], "is for --server")
            try rotate(name, in: folder)
        case (nil, true, false):
            try refuse(ofDevices, "is for devices")
            try rotateServer(in: folder)
        case (nil, false, true):
            try refuse(ofDevices, "is for devices")
            try refuse([("--host", !host.isEmpty), ("--new-authority", newAuthority)], "is for --server")
            try rotateAuthority(in: folder)
        default: throw CoAPError(.invalidArgument, "name one device, or give --server or --authority")
        }
    }

    private var ofDevices: [(option: String, isGiven: Bool)] {
        [("--overlap", overlap != nil), ("--psk", kind.psk), ("--certificate", kind.certificate)]
    }

    private func refuse(_ options: [(option: String, isGiven: Bool)], _ why: String) throws(CoAPError) {
        guard let first = options.first(where: \.isGiven) else { return }
        throw CoAPError(.invalidArgument, "\(first.option) \(why); leave it out")
    }

    private func rotate(_ name: String, in folder: KeyFolder) throws {
        let text = self.overlap ?? "7d"
        guard let overlap = DurationText.parse(text) else {
            throw CoAPError(
                .invalidArgument, "--overlap '\(PrintableText.escaped(text.utf8))' is no time: write 12h or 7d")
        }
        let seconds = overlap.components.seconds
        let report = try folder.rotateDevice(named: name, kind.kinds, overlap: seconds, days: days)
        var lines = ""
        if let identity = report.identity { lines += "made  a key of the identity \(identity)\n" }
        if let path = report.certificatePath {
            lines += "made  \(PrintableText.escaped(path.utf8)) and its private key\n"
        }
        let end = KeysCommand.moment(report.oldUntil)
        lines += seconds == 0 ? "the old ones are refused from now on\n" : "the old ones are good until \(end)\n"
        lines += "write what the device needs to a folder with: coap keys export \(name) -o DIR\(folder.option)\n"
        if report.isListBehind { Terminal.complain(KeysCommand.listBehind(folder)) }
        try Terminal.write(lines + KeysCommand.takenUp)
    }

    private func rotateServer(in folder: KeyFolder) throws {
        let hosts = host.isEmpty ? nil : host + [KeyFolder.hostName].compactMap { $0 }
        let report = try folder.rotateServer(hostNames: hosts, days: days, movingToNewAuthority: newAuthority)
        let path = PrintableText.escaped(report.certificatePath.utf8)
        let end = KeysCommand.moment(report.notAfter)
        var lines = "made  \(path) and its private key, good until \(end)\n"
        lines += "for   \(report.hostNames.joined(separator: ", "))\n"
        if report.isOfOldAuthority {
            lines +=
                "signed by the old authority, as before; when every client has the present ca.pem: coap keys rotate --server "
                + "--new-authority\(folder.option)\n"
        }
        lines += "a running coap-server shows it by itself within two seconds; no session is interrupted\n"
        if report.isCutShort {
            Terminal.complain(
                "the authority's own certificate ends on that day, too; make a new one with: coap keys rotate --authority"
                    + folder.option)
        }
        if report.hasMoved {
            let devices = report.devicesOfOldAuthority
            let list = devices.isEmpty ? "" : "; that may be: \(KeyFolder.some(of: devices.map(\.utf8)))"
            Terminal.complain("clients whose ca.pem has only the old authority refuse the server from now on\(list)")
        }
        try Terminal.write(lines)
    }

    private func rotateAuthority(in folder: KeyFolder) throws {
        let report = try folder.rotateAuthority(days: days)
        if report.isListBehind { Terminal.complain(KeysCommand.listBehind(folder)) }
        let option = folder.option
        let devices = report.devices
        let whose =
            devices.isEmpty
            ? "no device has a certificate of it" : "it signed for \(KeyFolder.some(of: devices.map(\.utf8)))"
        try Terminal.write(
            """
            made  a new authority, \(report.new.subject), until \(report.new.expiryDate)
            kept  the old one, \(report.old.subject), until \(report.old.expiryDate); \(whose)
            both are believed from now on, and the new one signs; nothing changes for devices until you go on:
              coap keys rotate NAME\(option)      # each device that has a certificate
              coap keys export NAME -o DIR\(option)      # bring it to the device; ca.pem has both authorities
              coap keys rotate --server --new-authority\(option)      # when every client has that ca.pem
              coap keys revoke --old-authority\(option)      # when no device needs the old one

            """)
    }
}
