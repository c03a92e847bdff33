// SPDX-License-Identifier: Apache-2.0

import CoAP
import TestSupport

extension TestCertificates {
    /// The authority with the list of those it revoked, made by the `openssl` program.
    func trust(revoking names: [Name]) async throws -> TrustAnchors {
        let own = try TemporaryFolder()
        let authority = try RevokingAuthority(
            certificate: certificate(.authority), key: key(.authority), files: own.path("authority"))
        for name in names { try await PeerProcess.openssl(authority.revoking(certificate(name))) }
        try await PeerProcess.openssl(authority.writingList(to: own.path("list.crl")))
        return try TrustAnchors(
            pem: try TemporaryFolder.read(certificate(.authority)) + TemporaryFolder.read(own.path("list.crl")))
    }
}
