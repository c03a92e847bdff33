// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import CoAPCredentials

/// `coap keys import`.
struct KeysImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Let in devices whose certificates others made.",
        discussion: """
            With an authority's certificate every device is let in that it signs for, under whatever name. A certificate that a \
            device signed itself, and which may sign no other, lets in that device. A running coap-server takes it up by itself \
            within two seconds, and takes it back when the file in authorities/ is removed.

            Revocation lists in the file are taken up with it; import the file again when there is a newer one in it.

            Examples:
              coap keys import vendor-ca.pem
              coap keys import lock.pem --name front-door
            """)

    @Argument(help: "The PEM file with the certificate and no private key.", completion: .file())
    var file: String

    @Option(help: ArgumentHelp("What to call it; the file's name without it.", valueName: "name"))
    var name: String?

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        let report = try keysFolder.folder().importCertificates(from: file, named: name)
        let whose = report.isAuthority ? "every device that this authority certifies" : "this one device"
        var text = "\(report.wasAdded ? "made" : "kept")  \(PrintableText.escaped(report.path.utf8))\n"
        for certificate in report.certificates {
            text += "lets in \(whose): \(certificate.subject), until \(certificate.expiryDate)\n"
        }
        if let day = report.refusedSince {
            text += "it stays refused all the same, as its certificate was revoked on \(day)\n"
        }
        let lists = report.revocationLists == 1 ? "1 revocation list" : "\(report.revocationLists) revocation lists"
        if report.revocationLists > 0 { text += "took up \(lists)\n" }
        let isChanged = report.wasAdded || report.revocationLists > 0
        try Terminal.write(text + (isChanged ? KeysCommand.takenUp : "it is there already; nothing was changed\n"))
    }
}
