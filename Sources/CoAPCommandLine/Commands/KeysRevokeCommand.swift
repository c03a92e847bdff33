// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import CoAPCredentials

/// `coap keys revoke`.
struct KeysRevokeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Refuse a device from now on: its keys and all its certificates.",
        discussion: """
            A running coap-server closes the device's sessions within two seconds and lets it in no more; nobody else's session \
            is touched. The certificates are put on the list crl.pem, for other programs too. The name can be used again with \
            'coap keys add NAME --again', which makes everything new.

            Examples:
              coap keys revoke pump-3
              coap keys revoke --file stolen-lock.pem
            """)

    @Argument(help: "The device's name.", completion: .devices)
    var name: String?

    @Option(
        help: ArgumentHelp(
            "Instead of a name: the certificate of one device that an imported authority certifies, PEM.",
            valueName: "file"), completion: .file())
    var file: String?

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        let folder = try keysFolder.folder()
        let (name, report) = try revoke(in: folder)
        if !report.isCertificateKnown {
            Terminal.complain(
                "no certificate of \(name) is known here; if it has one: coap keys revoke --file FILE\(folder.option)")
        }
        if report.isListBehind { Terminal.complain(KeysCommand.listBehind(folder)) }
        if report.keys + report.certificates == 0, let day = report.earlierDate {
            return try Terminal.write("\(name) was revoked on \(day) already; nothing was changed\n")
        }
        let keys = report.keys == 1 ? "1 key" : "\(report.keys) keys"
        let certificates = report.certificates == 1 ? "1 certificate" : "\(report.certificates) certificates"
        try Terminal.write(
            "revoked \(name): \(keys), \(certificates)\n"
                + "a running coap-server closes its sessions within two seconds and refuses it from then on\n")
    }

    private func revoke(in folder: KeyFolder) throws(CoAPError) -> (name: String, report: RevocationReport) {
        switch (name, file) {
        case (let name?, nil): (name, try folder.revokeDevice(named: name))
        case (nil, let file?): try folder.revokeCertificate(from: file)
        default: throw CoAPError(.invalidArgument, "name one device, or its certificate with --file FILE")
        }
    }
}
