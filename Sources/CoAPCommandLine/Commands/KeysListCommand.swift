// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import CoAPCredentials
import SenML

/// `coap keys list`.
struct KeysListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List keys and certificates, until when they are good, and who was revoked; no secret is shown.",
        discussion: """
            Examples:
              coap keys list
              coap keys list --json
            """)

    @Flag(help: "As JSON, for scripts.")
    var json = false

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        let folder = try keysFolder.folder()
        if folder.isRegisterLost {
            Terminal.complain(folder.lostRegister("it is not known here, and a server does not start").message)
        }
        let credentials = try folder.credentials()
        // A folder that only has keys is whole too.
        var others = [("authority", folder.certificateAuthorityPath), ("server", folder.serverCertificatePath)].map {
            ("the \($0)'s certificate", try? CredentialFiles.certificateSummary(at: $1))
        }
        let imported = try folder.importedAuthorities()
        if json { return try Terminal.write(Self.json(credentials, others.map(\.1), imported).pretty + "\n") }
        let rows = credentials.map { entry in
            [
                PrintableText.escaped(entry.device.utf8), entry.kind?.rawValue ?? "", entry.expiryDate ?? "",
                entry.stateText,
            ]
        }
        others += imported.map { ("the imported authority \(PrintableText.escaped($0.name.utf8))", $0.certificate) }
        let text = Table(heading: ["DEVICE", "KIND", "EXPIRES", "STATE"], rows: rows).text(for: Terminal.output)
        try Terminal.write(text + others.map { "\($0): \(Self.validity($1))\n" }.joined())
    }

    private static func validity(_ certificate: CertificateSummary?) -> String {
        guard let certificate else { return "no" }
        return certificate.hasExpired ? "EXPIRED on \(certificate.expiryDate)" : "until \(certificate.expiryDate)"
    }

    /// An object of `devices`, `authority`, `server` and `imported`.
    private static func json(
        _ credentials: [CredentialSummary], _ own: [CertificateSummary?],
        _ imported: [(name: String, certificate: CertificateSummary)]
    ) -> JSONValue {
        func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
        func end(_ seconds: Int64?) -> JSONValue { text(seconds.map(KeysCommand.moment)) }
        let devices = credentials.map { entry -> JSONValue in
            var members: [JSONValue.Member] = [
                .init("device", .string(entry.device)), .init("kind", text(entry.kind?.rawValue)),
                .init("identity", text(entry.identity)), .init("expires", end(entry.notAfter)),
            ]
            switch entry.state {
            case .good, .expires: members.append(.init("state", .string("good")))
            case .expired: members.append(.init("state", .string("expired")))
            case .rotated(let until):
                members += [.init("state", .string("rotated")), .init("oldUntil", end(until))]
            case .revoked(let day): members += [.init("state", .string("revoked")), .init("revokedOn", end(day))]
            }
            return .object(members)
        }
        func certificate(_ summary: CertificateSummary?) -> JSONValue {
            guard let summary else { return .null }
            return .object([
                .init("subject", .string(summary.subject)), .init("expires", end(summary.notAfter)),
                .init("fingerprint", .string(Hexadecimal.encode(summary.fingerprint))),
            ])
        }
        return .object([
            .init("devices", .array(devices)), .init("authority", certificate(own[0])),
            .init("server", certificate(own[1])),
            .init(
                "imported",
                .array(
                    imported.map {
                        .object([.init("name", .string($0.name)), .init("certificate", certificate($0.certificate))])
                    })),
        ])
    }
}
