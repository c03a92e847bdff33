// SPDX-License-Identifier: Apache-2.0

import CoAP

extension TestCertificates {
    /// The authority with the list of those it revoked, made by the `openssl` program.
    func trust(revoking names: [Name]) async throws -> TrustAnchors {
        let own = try TemporaryFolder()
        try own.write("", to: "database.txt")
        try own.write("01\n", to: "number")
        try own.write(
            """
            [ca]
            default_ca = it
            [it]
            database = \(own.path("database.txt"))
            crlnumber = \(own.path("number"))
            default_md = sha256
            default_crl_days = 30

            """, to: "ca.cnf")
        let authority = [
            "ca", "-config", own.path("ca.cnf"), "-cert", certificate(.authority), "-keyfile", key(.authority),
        ]
        for name in names { try await run(authority + ["-revoke", certificate(name)]) }
        try await run(authority + ["-gencrl", "-out", own.path("list.crl")])
        return try TrustAnchors(
            pem: try TemporaryFolder.read(certificate(.authority)) + TemporaryFolder.read(own.path("list.crl")))
    }

    private func run(_ arguments: [String]) async throws {
        let result = try await PeerProcess.run(.openssl, arguments)
        guard result.status == 0 else {
            throw PeerError.failed("openssl \(arguments.joined(separator: " ")): \(result.transcript)")
        }
    }
}
