// SPDX-License-Identifier: Apache-2.0

import CoAP

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
        let authority = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
        try folder.write(authority, to: "authority.ext")
        try folder.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n", to: "server.ext")
        try await openssl(
            ["req", "-x509", "-days", "30", "-subj", "/CN=root"] + newKey("root") + [
                "-out", folder.path("root.pem"), "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
                "keyUsage=critical,keyCertSign,cRLSign",
            ])
        try await make("intermediate", by: "root", extensions: "authority.ext")
        try await make("server", by: "intermediate", extensions: "server.ext")
        for authority in ["root", "intermediate"] {
            try folder.write("", to: "\(authority).txt")
            try folder.write("01\n", to: "\(authority).number")
            try folder.write(
                """
                [ca]
                default_ca = it
                [it]
                database = \(folder.path("\(authority).txt"))
                crlnumber = \(folder.path("\(authority).number"))
                default_md = sha256
                default_crl_days = 30

                """, to: "\(authority).cnf")
        }
        try await openssl(arguments(of: "root") + ["-revoke", folder.path("intermediate.pem")])
        for authority in ["root", "intermediate"] {
            try await openssl(arguments(of: authority) + ["-gencrl", "-out", folder.path("\(authority).crl")])
        }
    }

    private func arguments(of authority: String) -> [String] {
        [
            "ca", "-config", folder.path("\(authority).cnf"), "-cert", folder.path("\(authority).pem"), "-keyfile",
            folder.path("\(authority).key"),
        ]
    }

    private func make(_ name: String, by authority: String, extensions: String) async throws {
        let request = folder.path("\(name).csr")
        try await openssl(["req", "-new", "-subj", "/CN=\(name)"] + newKey(name) + ["-out", request])
        try await openssl([
            "x509", "-req", "-in", request, "-CA", folder.path("\(authority).pem"), "-CAkey",
            folder.path("\(authority).key"), "-set_serial", "\(UInt32.random(in: 1...UInt32.max))", "-days", "30",
            "-extfile",
            folder.path(extensions), "-out", folder.path("\(name).pem"),
        ])
    }

    private func newKey(_ name: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder.path("\(name).key")]
    }

    private func openssl(_ arguments: [String]) async throws {
        let result = try await PeerProcess.run(.openssl, arguments)
        guard result.status == 0 else {
            throw PeerError.failed("openssl \(arguments.joined(separator: " ")): \(result.transcript)")
        }
    }
}
