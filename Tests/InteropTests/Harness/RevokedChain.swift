// SPDX-License-Identifier: Apache-2.0

import CoAP
import TestSupport

/// A root, an authority that it revoked, and a server signed by that one; with both lists, made by the `openssl` program.
struct RevokedChain: Sendable {
    enum Authority: String, Sendable {
        case root
        case intermediate
    }

    private let folder: TemporaryFolder

    /// For ``OpenSSLServer``: the server sends its authority's certificate, too, and takes clients without one.
    var serverArguments: [String] {
        [
            "-verify", "2", "-cert", folder.path("server.pem"), "-key", folder.path("server.key"), "-cert_chain",
            folder.path("intermediate.pem"),
        ]
    }

    /// The root's certificate and these lists.
    func trust(lists: [Authority]) throws -> TrustAnchors {
        var pem = try TemporaryFolder.read(folder.path("root.pem"))
        for authority in lists { pem += try TemporaryFolder.read(folder.path("\(authority).crl")) }
        return try TrustAnchors(pem: pem)
    }

    init() async throws {
        folder = try TemporaryFolder()
        let extensions = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
        try folder.write(extensions, to: "authority.ext")
        try folder.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n", to: "server.ext")
        try await PeerProcess.openssl(
            ["req", "-x509", "-days", "30", "-subj", "/CN=root"] + newKey("root") + [
                "-out", folder.path("root.pem"), "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
                "keyUsage=critical,keyCertSign,cRLSign",
            ])
        try await make("intermediate", by: "root", extensions: "authority.ext")
        try await make("server", by: "intermediate", extensions: "server.ext")
        let root = try authority("root")
        try await PeerProcess.openssl(root.revoking(folder.path("intermediate.pem")))
        for (name, authority) in [("root", root), ("intermediate", try self.authority("intermediate"))] {
            try await PeerProcess.openssl(authority.writingList(to: folder.path("\(name).crl")))
        }
    }

    private func authority(_ name: String) throws -> RevokingAuthority {
        try RevokingAuthority(
            certificate: folder.path("\(name).pem"), key: folder.path("\(name).key"), files: folder.path(name))
    }

    private func make(_ name: String, by authority: String, extensions: String) async throws {
        let request = folder.path("\(name).csr")
        try await PeerProcess.openssl(["req", "-new", "-subj", "/CN=\(name)"] + newKey(name) + ["-out", request])
        try await PeerProcess.openssl([
            "x509", "-req", "-in", request, "-CA", folder.path("\(authority).pem"), "-CAkey",
            folder.path("\(authority).key"), "-set_serial", "\(UInt32.random(in: 1...UInt32.max))", "-days", "30",
            "-extfile",
            folder.path(extensions), "-out", folder.path("\(name).pem"),
        ])
    }

    private func newKey(_ name: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder.path("\(name).key")]
    }
}
