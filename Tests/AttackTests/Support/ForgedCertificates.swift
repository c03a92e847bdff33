// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import TestSupport

/// Certificates that nobody should believe, made by the `openssl` program.
final class ForgedCertificates: Sendable {
    /// Who signs.
    enum Issuer: Sendable {
        /// The authority everybody trusts.
        case authority
        /// One that nobody trusts, though it has the same name.
        case impostor
        /// The certificate itself.
        case nobody
        /// A device, which has a good certificate but is no authority.
        case device
    }

    /// One of the certificates.
    struct Forgery: Sendable {
        /// Its name, and that of its files.
        let name: String
        let issuer: Issuer
        /// The names it is for, as `openssl` writes them; nil has only a common name, `localhost`.
        let names: String?
        let usage: String
        var days = 30
        /// The host that is asked for.
        var host = "127.0.0.1"
    }

    private static let here = "DNS:localhost,IP:127.0.0.1"

    /// Of a server, by somebody with the authority's name.
    static let otherAuthority = Forgery(
        name: "other authority", issuer: .impostor, names: here, usage: "serverAuth")

    /// Of a client, by somebody with the authority's name.
    static let otherAuthorityClient = Forgery(
        name: "other authority, client", issuer: .impostor, names: "DNS:device-1", usage: "clientAuth")

    /// Those that servers show.
    static let servers = [
        otherAuthority,
        Forgery(name: "self-signed", issuer: .nobody, names: here, usage: "serverAuth"),
        Forgery(name: "signed by a device", issuer: .device, names: here, usage: "serverAuth"),
        Forgery(name: "a client's", issuer: .authority, names: here, usage: "clientAuth"),
        Forgery(name: "expired", issuer: .authority, names: here, usage: "serverAuth", days: -1),
        Forgery(
            name: "another host", issuer: .authority, names: "DNS:elsewhere.example,IP:192.0.2.1", usage: "serverAuth"),
        Forgery(
            name: "another host by name", issuer: .authority, names: "DNS:elsewhere.example,IP:127.0.0.1",
            usage: "serverAuth", host: "localhost"),
        Forgery(name: "common name only", issuer: .authority, names: nil, usage: "serverAuth", host: "localhost"),
        Forgery(
            name: "wildcard for everything", issuer: .authority, names: "DNS:*", usage: "serverAuth", host: "localhost"),
        Forgery(
            name: "wildcard in a label", issuer: .authority, names: "DNS:local*,DNS:*host", usage: "serverAuth",
            host: "localhost"),
        Forgery(
            name: "wildcard below the name", issuer: .authority, names: "DNS:*.localhost", usage: "serverAuth",
            host: "localhost"),
        Forgery(name: "wildcard address", issuer: .authority, names: "DNS:*.0.0.1", usage: "serverAuth"),
        Forgery(name: "address as a name", issuer: .authority, names: "DNS:127.0.0.1", usage: "serverAuth"),
        Forgery(name: "next address", issuer: .authority, names: "IP:127.0.0.2", usage: "serverAuth"),
        Forgery(name: "mapped address", issuer: .authority, names: "IP:::ffff:127.0.0.1", usage: "serverAuth"),
        Forgery(
            name: "name in a URI", issuer: .authority, names: "URI:coaps://127.0.0.1,email:x@localhost",
            usage: "serverAuth"),
        Forgery(
            name: "longer name", issuer: .authority, names: "DNS:localhost.example", usage: "serverAuth",
            host: "localhost"),
    ]

    /// Those that clients show.
    static let clients = [
        otherAuthorityClient,
        Forgery(name: "self-signed client", issuer: .nobody, names: "DNS:device-1", usage: "clientAuth"),
        Forgery(name: "client signed by a device", issuer: .device, names: "DNS:device-1", usage: "clientAuth"),
        Forgery(name: "a server's", issuer: .authority, names: "DNS:device-1", usage: "serverAuth"),
        Forgery(name: "expired client", issuer: .authority, names: "DNS:device-1", usage: "clientAuth", days: -1),
    ]

    /// Good but revoked, in a test whose server has the list.
    static let revoked = Forgery(
        name: "revoked client", issuer: .authority, names: "DNS:device-3", usage: "clientAuth")

    private let path: String
    private let keys: String

    private static let once = Task { try await ForgedCertificates(AttackFolder.shared) }

    /// The tests' certificates.
    static var shared: ForgedCertificates { get async throws { try await once.value } }

    /// The file of a certificate, with a device's behind it where that one signed.
    func certificate(_ forgery: Forgery) -> String { file(forgery.name, "pem") }

    /// The file of a private key.
    func key(_ forgery: Forgery) -> String { file(forgery.name, "key") }

    /// A certificate and its key.
    func credential(_ forgery: Forgery) throws -> CertificateCredential {
        try CertificateCredential(
            certificatePEM: try AttackFolder.read(certificate(forgery)),
            privateKeyPEM: Secret(try AttackFolder.read(key(forgery))))
    }

    /// The file with the authority and the list of what it revoked, for `attack-target --trust`.
    var trustWithList: String { path + "/trust.pem" }

    private func file(_ name: String, _ kind: String) -> String {
        "\(path)/\(name.replacing(/[^a-z0-9]+/, with: "-")).\(kind)"
    }

    private init(_ folder: AttackFolder) async throws {
        path = folder.path + "/forged"
        keys = folder.keys.path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let subject = try await Self.openssl([
            "x509", "-in", keys + "/ca.pem", "-noout", "-subject", "-nameopt", "compat",
        ])
        let name = String(subject.split(separator: "=", maxSplits: 1).last ?? "/CN=x").trimmingCharacters(
            in: .whitespacesAndNewlines)
        try await Self.openssl(
            ["req", "-x509", "-days", "30", "-subj", name.hasPrefix("/") ? name : "/CN=impostor"]
                + Self.newKey(file("impostor", "key")) + [
                    "-out", file("impostor", "pem"), "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
                    "keyUsage=critical,keyCertSign,cRLSign",
                ])
        for forgery in Self.servers + Self.clients + [Self.revoked] { try await make(forgery) }
        try await revoke(Self.revoked)
    }

    private func make(_ forgery: Forgery) async throws {
        let (request, extensions) = (file(forgery.name, "csr"), file(forgery.name, "ext"))
        let text =
            "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=\(forgery.usage)\n"
            + (forgery.names.map { "subjectAltName=\($0)\n" } ?? "")
        try Data(text.utf8).write(to: URL(filePath: extensions))
        try await Self.openssl(
            ["req", "-new", "-subj", "/CN=localhost"] + Self.newKey(key(forgery)) + ["-out", request])
        let signer: [String] =
            switch forgery.issuer {
            case .authority: ["-CA", keys + "/ca.pem", "-CAkey", keys + "/ca.key"]
            case .impostor: ["-CA", file("impostor", "pem"), "-CAkey", file("impostor", "key")]
            case .device: ["-CA", keys + "/devices/device-1.pem", "-CAkey", keys + "/devices/device-1.key"]
            case .nobody: ["-signkey", key(forgery)]
            }
        let number = forgery.issuer == .nobody ? [] : ["-set_serial", "\(UInt32.random(in: 1...UInt32.max))"]
        try await Self.openssl(
            ["x509", "-req", "-in", request, "-days", "\(forgery.days)", "-extfile", extensions, "-out"]
                + [certificate(forgery)] + signer + number)
        if forgery.issuer == .device {
            let chain = try AttackFolder.read(certificate(forgery)) + AttackFolder.read(keys + "/devices/device-1.pem")
            try Data(chain).write(to: URL(filePath: certificate(forgery)))
        }
    }

    private func revoke(_ forgery: Forgery) async throws {
        let list = path + "/list.pem"
        let authority = try RevokingAuthority(certificate: keys + "/ca.pem", key: keys + "/ca.key", files: path + "/ca")
        try await Self.openssl(authority.revoking(certificate(forgery)))
        try await Self.openssl(authority.writingList(to: list))
        let both = try AttackFolder.read(keys + "/ca.pem") + AttackFolder.read(list)
        try Data(both).write(to: URL(filePath: trustWithList))
    }

    private static func newKey(_ path: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path]
    }

    @discardableResult
    private static func openssl(_ arguments: [String]) async throws -> String {
        let result = try await RunningProgram.run("openssl", arguments)
        guard result.status == 0 else {
            throw CoAPError(.internal, "openssl \(arguments.joined(separator: " ")): \(result.text)")
        }
        return result.text
    }
}
