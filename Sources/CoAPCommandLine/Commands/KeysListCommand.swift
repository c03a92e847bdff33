// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import CoAPCredentials

/// `coap keys list`.
struct KeysListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the devices, and until when certificates are good; no secret is shown.")

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        let folder = try keysFolder.folder()
        let devices = try folder.devices().map { device in
            [
                PrintableText.escaped(device.name.utf8), device.hasPreSharedKey ? "yes" : "no",
                Self.validity(device.certificate),
            ]
        }
        let terminal = Terminal.output
        var text = Table(heading: ["DEVICE", "KEY", "CERTIFICATE"], rows: devices).text(for: terminal)
        let others = [("authority", folder.certificateAuthorityPath), ("server", folder.serverCertificatePath)]
        for (name, path) in others {
            // A folder that only has keys is whole too.
            let certificate = try? CredentialFiles.certificateSummary(at: path)
            text += "the \(name)'s certificate: \(Self.validity(certificate))\n"
        }
        try Terminal.write(text)
    }

    private static func validity(_ certificate: CertificateSummary?) -> String {
        guard let certificate else { return "no" }
        return certificate.hasExpired ? "EXPIRED on \(certificate.expiryDate)" : "until \(certificate.expiryDate)"
    }
}
