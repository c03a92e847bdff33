// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// Certificates for the tests, made by the `openssl` program and so by nothing of this package.
///
/// Made once for all tests and removed when they end.
struct TestCertificates: Sendable {
    /// The names of the certificates; each has `NAME.pem` and `NAME.key`.
    enum Name: String, CaseIterable, Sendable {
        /// The authority everybody trusts.
        case authority
        /// The server, at `localhost`, `127.0.0.1` and `::1`.
        case server
        /// A client.
        case device
        /// An authority nobody trusts.
        case foreign
        /// A server like the first one, signed by the foreign authority.
        case impostor
        /// A client signed by the foreign authority.
        case rogue
        /// A trusted server with another host's name.
        case elsewhere
        /// A trusted server that names its host in its subject only.
        case localhost
        /// A trusted server for any host of a domain.
        case wildcard
        /// A server whose certificate has expired.
        case expiredServer
        /// A client whose certificate has expired.
        case expiredDevice
    }

    /// Where the files are.
    let folder: TemporaryFolder

    private static let once = Task { try await TestCertificates() }

    /// The tests' certificates.
    static var shared: TestCertificates { get async throws { try await once.value } }

    /// The file of a certificate.
    func certificate(_ name: Name) -> String { folder.path("\(name).pem") }

    /// The file of a private key.
    func key(_ name: Name) -> String { folder.path("\(name).key") }

    /// A certificate and its key, as the library takes them.
    func credential(_ name: Name) throws -> CertificateCredential {
        try CertificateCredential(
            certificatePEM: try TemporaryFolder.read(certificate(name)),
            privateKeyPEM: Secret(try TemporaryFolder.read(key(name))))
    }

    /// An authority, as the library takes it.
    func trust(_ name: Name = .authority) throws -> TrustAnchors {
        try TrustAnchors(pem: try TemporaryFolder.read(certificate(name)))
    }

    private init() async throws {
        folder = try TemporaryFolder()
        let here = "DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1"
        try await makeAuthority(.authority)
        try await makeAuthority(.foreign)
        try await make(.server, by: .authority, names: here, for: "serverAuth")
        try await make(.device, by: .authority, names: "DNS:device.example", for: "clientAuth")
        try await make(.impostor, by: .foreign, names: here, for: "serverAuth")
        try await make(.rogue, by: .foreign, names: "DNS:rogue.example", for: "clientAuth")
        try await make(.elsewhere, by: .authority, names: "DNS:elsewhere.example", for: "serverAuth")
        try await make(.localhost, by: .authority, names: nil, for: "serverAuth")
        try await make(.wildcard, by: .authority, names: "DNS:*.devices.example", for: "serverAuth")
        try await make(.expiredServer, by: .authority, names: here, for: "serverAuth", days: -1)
        try await make(.expiredDevice, by: .authority, names: "DNS:late.example", for: "clientAuth", days: -1)
    }

    private func makeAuthority(_ name: Name) async throws {
        try await PeerProcess.openssl(
            ["req", "-x509", "-days", "30", "-subj", "/O=Tests/CN=\(name)"] + newKey(name) + [
                "-out", certificate(name), "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
                "keyUsage=critical,keyCertSign,cRLSign",
            ])
    }

    private func make(
        _ name: Name, by authority: Name, names: String?, for usage: String, days: Int = 30
    ) async throws {
        let request = folder.path("\(name).csr")
        let extensions = folder.path("\(name).ext")
        try folder.write(
            "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=\(usage)\n"
                + (names.map { "subjectAltName=\($0)\n" } ?? ""),
            to: "\(name).ext")
        try await PeerProcess.openssl(
            ["req", "-new", "-subj", "/O=Tests/CN=\(name)"] + newKey(name) + ["-out", request])
        try await PeerProcess.openssl([
            "x509", "-req", "-in", request, "-CA", certificate(authority), "-CAkey", key(authority), "-set_serial",
            "\(UInt32.random(in: 1...UInt32.max))", "-days", "\(days)", "-extfile", extensions, "-out",
            certificate(name),
        ])
    }

    private func newKey(_ name: Name) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key(name)]
    }
}
