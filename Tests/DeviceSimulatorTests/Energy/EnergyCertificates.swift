// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import TestSupport

/// Certificates of an authority, a server at 127.0.0.1 and a device, made by the `openssl` program.
struct EnergyCertificates {
    private let pem: [String: [UInt8]]

    init() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "swift-coap-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        try await Self.openssl(
            ["req", "-x509", "-days", "30", "-subj", "/CN=authority"] + newKey + [
                "-keyout", "\(folder)/authority.key", "-out", "\(folder)/authority.pem",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
            ])
        for (name, alternative, usage) in [
            ("server", "IP:127.0.0.1", "serverAuth"), ("device", "DNS:room-007.example", "clientAuth"),
        ] {
            try await Self.openssl(
                ["req", "-x509", "-days", "30", "-subj", "/CN=\(name)", "-CA", "\(folder)/authority.pem"] + newKey + [
                    "-CAkey", "\(folder)/authority.key", "-keyout", "\(folder)/\(name).key", "-out",
                    "\(folder)/\(name).pem", "-addext", "basicConstraints=critical,CA:FALSE",
                    "-addext", "subjectAltName=\(alternative)", "-addext", "extendedKeyUsage=\(usage)",
                ])
        }
        var read: [String: [UInt8]] = [:]
        for name in ["authority.pem", "server.pem", "server.key", "device.pem", "device.key"] {
            read[name] = [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
        }
        pem = read
    }

    /// What the server shows, and whom it lets in.
    func server() throws -> ServerSecurity { .certificate(try credential("server"), clientsSignedBy: try trust()) }

    /// What the device shows, and whom it trusts.
    func client() throws -> ClientSecurity { .certificate(try credential("device"), trust: try trust()) }

    private func credential(_ name: String) throws -> CertificateCredential {
        try CertificateCredential(
            certificatePEM: pem["\(name).pem", default: []], privateKeyPEM: Secret(pem["\(name).key", default: []]))
    }

    private func trust() throws -> TrustAnchors { try TrustAnchors(pem: pem["authority.pem", default: []]) }

    private static func openssl(_ arguments: [String]) async throws {
        let result = try await RunningProgram.run("openssl", arguments)
        guard result.status == 0 else { throw CoAPError(.internal, "openssl: \(result.errors)") }
    }
}
