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
            one is made from the certificates and the revocation list that are here; look at 'coap keys list' then, and revoke \
            once more who is to stay out, before a server starts.

            Examples:
              coap keys init
              coap keys init --host gateway.example --host 192.0.2.7
              coap keys init --new-register
            """)

    @Option(
        help: "A name or IP address under which clients know the server, as often as you like.")
    var host: [String] = []

    @Flag(help: "Where register.json was lost, make one that does not know who was revoked.")
    var newRegister = false

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        let folder = try keysFolder.folder()
        let hosts = host + [KeyFolder.hostName].compactMap { $0 }
        let wasLost = folder.isRegisterLost
        let report = try folder.initialize(hostNames: hosts, newRegister: newRegister)
        try KeysCommand.show(report, unchanged: "everything is there already; nothing was changed")
        if wasLost {
            Terminal.complain(
                "who was revoked before is let in by any key in psk.json; see: coap keys list\(folder.option), and revoke once "
                    + "more who is to stay out")
        }
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
