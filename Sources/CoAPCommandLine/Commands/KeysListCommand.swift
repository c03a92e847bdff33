// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import CoAPCredentials
import Foundation
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
        let own = folder.ownCertificates()
        let imported = try folder.importedAuthorities()
        if json { return try Terminal.write(Self.json(credentials, own, imported).pretty + "\n") }
        let rows = credentials.map { entry in
            [
                PrintableText.escaped(entry.device.utf8), entry.kind?.rawValue ?? "", entry.expiryDate ?? "",
                entry.stateText,
            ]
        }
        var others = [("the authority's certificate", Self.standing(own.authority))]
        if let old = own.oldAuthority {
            others.append(("the old authority's certificate", Self.standing(old) + ", believed until it is revoked"))
        }
        let signer = own.isServerOfOldAuthority ? ", of the old authority" : ""
        others.append(("the server's certificate", Self.standing(own.server) + signer))
        others += imported.map {
            ("the imported authority \(PrintableText.escaped($0.name.utf8))", Self.standing($0.certificate))
        }
        let text = Table(heading: ["DEVICE", "KIND", "EXPIRES", "STATE"], rows: rows).text(for: Terminal.output)
        try Terminal.write(text + others.map { "\($0): \($1)\n" }.joined())
    }

    private static func standing(_ certificate: CertificateSummary?) -> String {
        guard let certificate else { return "no" }
        let text = CredentialSummary.State(endingAt: certificate.notAfter, now: now).text
        return certificate.hasExpired
            ? "EXPIRED on \(certificate.expiryDate)" : "until \(certificate.expiryDate), \(text)"
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970) }

    /// An object of `devices`, `authority`, `oldAuthority`, `server` and `imported`.
    private static func json(
        _ credentials: [CredentialSummary], _ own: OwnCertificates,
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
            case .ofOldAuthority: members.append(.init("state", .string("ofOldAuthority")))
            case .ofUnknownAuthority: members.append(.init("state", .string("ofUnknownAuthority")))
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
                .init("state", .string(summary.hasExpired ? "expired" : "good")),
            ])
        }
        return .object([
            .init("devices", .array(devices)), .init("authority", certificate(own.authority)),
            .init("oldAuthority", certificate(own.oldAuthority)), .init("server", certificate(own.server)),
            .init("isServerOfOldAuthority", .bool(own.isServerOfOldAuthority)),
            .init(
                "imported",
                .array(
                    imported.map {
                        .object([.init("name", .string($0.name)), .init("certificate", certificate($0.certificate))])
                    })),
        ])
    }
}
