// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import CoAPCredentials

/// `coap keys init`.
struct KeysInitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make what is missing: an authority, the server's certificate, and a first device.",
        discussion: """
            What is there is left alone. Secrets can be read by you only. The server's certificate is for localhost, this \
            host's name, and the hosts given here: a client refuses a server that it knows under another name.

            A folder that has lost its register.json is refused, as nobody knows any more who was revoked. With --new-register \
            one is made from the certificates and the revocation list that are here. Name with --revoked each device that is to \
            stay out: a server, also one that is running, lets in the others by any key that is in psk.json.

            Examples:
              coap keys init
              coap keys init --host gateway.example --host 192.0.2.7
              coap keys init --new-register --revoked pump-3 pump-7
            """)

    @Option(
        help: "A name or IP address under which clients know the server, as often as you like.")
    var host: [String] = []

    @Flag(help: "Where register.json was lost, make one that knows of no revoked keys.")
    var newRegister = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "With --new-register: the devices that are revoked in it from the start.", valueName: "name"),
        completion: .devices)
    var revoked: [String] = []

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        let folder = try keysFolder.folder()
        guard newRegister || revoked.isEmpty else {
            throw CoAPError(.invalidArgument, "--revoked is for --new-register; leave it out")
        }
        let hosts = host + [KeyFolder.hostName].compactMap { $0 }
        let wasLost = folder.isRegisterLost
        let report = try folder.initialize(hostNames: hosts, newRegister: newRegister, revoked: revoked)
        try KeysCommand.show(report, unchanged: "everything is there already; nothing was changed")
        if wasLost {
            Terminal.complain(
                "who was revoked before and is not named is let in by any key in psk.json; see: coap keys list\(folder.option), "
                    + "and revoke once more who is to stay out")
        }
        if report.isListBehind { Terminal.complain(KeysCommand.listBehind(folder)) }
        try requireHosts(in: folder)
    }

    /// Says that a certificate that was there already is not for a host that was asked for.
    private func requireHosts(in folder: KeyFolder) throws(CoAPError) {
        guard !host.isEmpty else { return }
        let path = folder.serverCertificatePath
        let names = try CredentialFiles.certificateSummary(at: path).alternativeNames.compactMap { name in
            switch name {
            case .dns(let host): host
            case .ip(let bytes): (try? SocketAddress(bytes: bytes, port: 0))?.host
            case .uri, .email: nil
            }
        }
        let missing = host.filter { !names.contains(Self.normalized($0)) }
        guard !missing.isEmpty else { return }
        let again = host.map { " --host \(ShellText.quoted($0))" }.joined()
        throw CoAPError(
            .invalidCredentials,
            "\(PrintableText.escaped(path.utf8)) was there already and is not for "
                + "\(PrintableText.escaped(missing.joined(separator: ", ").utf8)); make a new one with: "
                + "coap keys rotate --server\(again)\(folder.option)")
    }

    /// A host as a certificate names it.
    private static func normalized(_ host: String) -> String {
        guard let bytes = AddressText.bytes(of: host), let address = try? SocketAddress(bytes: bytes, port: 0) else {
            return host.lowercased()
        }
        return address.host
    }
}
