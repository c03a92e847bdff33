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

            --old-authority ends the authority whose place 'coap keys rotate --authority' has given to a new one. Devices that \
            have good certificates of it are named first, and nothing is done.

            Examples:
              coap keys revoke pump-3
              coap keys revoke --file stolen-lock.pem
              coap keys revoke --old-authority
            """)

    @Argument(help: "The device's name.", completion: .devices)
    var name: String?

    @Option(
        help: ArgumentHelp(
            "Instead of a name: the certificate of one device that an imported authority certifies, PEM.",
            valueName: "file"), completion: .file())
    var file: String?

    @Flag(help: "Instead of a name: the old authority, and all that it signed.")
    var oldAuthority = false

    @Flag(help: "With --old-authority: also when devices have good certificates of it, which are refused then.")
    var force = false

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        let folder = try keysFolder.folder()
        guard !force || oldAuthority else {
            throw CoAPError(.invalidArgument, "--force is for --old-authority; leave it out")
        }
        if oldAuthority { return try retire(in: folder) }
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

    private func retire(in folder: KeyFolder) throws {
        guard name == nil, file == nil else {
            throw CoAPError(.invalidArgument, "--old-authority goes alone, without a name or --file")
        }
        let report = try folder.retireOldAuthority(evenIfInUse: force)
        if report.isListBehind { Terminal.complain(KeysCommand.listBehind(folder)) }
        let devices = report.devices
        let whose = devices.isEmpty ? "" : ", and the certificates of \(KeyFolder.some(of: devices.map(\.utf8)))"
        try Terminal.write(
            "ended the old authority \(report.old.subject)\(whose)\n"
                + "a running coap-server closes the sessions that rest on it within two seconds\n"
                + "clients believe the old one until they have the present ca.pem; bring it to each, as with: coap keys export NAME "
                + "-o DIR\(folder.option)\n")
    }

    private func revoke(in folder: KeyFolder) throws(CoAPError) -> (name: String, report: RevocationReport) {
        switch (name, file) {
        case (let name?, nil): (name, try folder.revokeDevice(named: name))
        case (nil, let file?): try folder.revokeCertificate(from: file)
        default: throw CoAPError(.invalidArgument, "name one device, or its certificate with --file FILE")
        }
    }
}
