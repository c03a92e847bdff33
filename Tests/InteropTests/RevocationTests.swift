// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@Suite("Certificates that are revoked while the server runs", .needs(.openssl), .timeLimit(.minutes(5)))
struct RevocationTests {
    private func withServer(
        _ security: ServerSecurity, _ body: @escaping @Sendable (CoAPServer, CoAPURI) async throws -> Void
    ) async throws {
        try await Loopback.withServer(
            TestServer.router(), endpoints: [.coaps("127.0.0.1", port: 0)], security: security
        ) { try await body($0, $1[0]) }
    }

    @Test("The session of a revoked certificate ends and its holder cannot return; a key's session goes on")
    func revoked() async throws {
        let certificates = try await TestCertificates.shared
        let device = ClientSecurity.certificate(
            try certificates.credential(.device), trust: try certificates.trust())
        var security = try await TestServer.security()
        let unrevoked = security
        let nobody = try await certificates.trust(revoking: [])
        let revoking = try await certificates.trust(revoking: [.device])
        security.clientAuthentication = .required(nobody)
        let (withEmptyList, withList) = (
            security,
            {
                security.clientAuthentication = .required(revoking); return security
            }()
        )
        try await withServer(unrevoked) { server, uri in
            try await CoAPClient.withSession(to: uri, security: try TestKey.client()) { other in
                _ = try await other.get("hello")
                try await CoAPClient.withSession(to: uri, security: device) { session in
                    _ = try await session.get("hello")
                    // A list that does not name it changes nothing.
                    let first = try await server.update(security: withEmptyList)
                    #expect(first.closed.isEmpty && first.kept == 2)
                    _ = try await session.get("hello")
                    let second = try await server.update(security: withList)
                    #expect(second.closed.count == 1 && second.kept == 1, "\(second)")
                    let error = await #expect(throws: CoAPError.self) { _ = try await session.get("hello") }
                    #expect(error?.code == .handshakeFailed, "\(String(describing: error))")
                }
                let answer = try await other.get("hello")
                #expect(answer.text == "hello from swift")
                // Whose revocation is taken back gets in again.
                try await server.update(security: withEmptyList)
                try await CoAPClient.withSession(to: uri, security: device) { _ = try await $0.get("hello") }
            }
        }
    }

    @Test("A replaced certificate is good until its time is over, though its own validity goes on")
    func retired() async throws {
        let certificates = try await TestCertificates.shared
        let credential = try certificates.credential(.device)
        let device = ClientSecurity.certificate(credential, trust: try certificates.trust())
        let fingerprint = credential.identity.fingerprint
        var security = try await TestServer.security()
        security.retired = [RetiredCertificate(fingerprint: fingerprint, until: .max)]
        let stillGood = security
        security.retired = [RetiredCertificate(fingerprint: fingerprint, until: 1)]
        let over = security
        try await withServer(stillGood) { server, uri in
            try await CoAPClient.withSession(to: uri, security: device) { session in
                _ = try await session.get("hello")
                let update = try await server.update(security: over)
                #expect(update.closed.count == 1)
            }
            let error = await #expect(throws: CoAPError.self) {
                try await CoAPClient.withSession(to: uri, security: device) { _ in }
            }
            #expect(error?.message.contains("revoked") == true, "\(String(describing: error))")
        }
    }

    @Test("The server shows a new certificate to the very next client, and asks for what the new trust says")
    func ownCertificate() async throws {
        let certificates = try await TestCertificates.shared
        var security = try await TestServer.security()
        security.certificate = try certificates.credential(.impostor)
        let foreign = security
        security = try await TestServer.security()
        security.clientAuthentication = .notRequired
        let open = security
        try await withServer(foreign) { server, uri in
            let anybody = ClientSecurity.certificate(trust: try certificates.trust())
            await #expect(throws: CoAPError.self) {
                try await CoAPClient.withSession(to: uri, security: anybody) { _ in }
            }
            try await server.update(security: open)
            try await CoAPClient.withSession(to: uri, security: anybody) { session in
                let answer = try await session.get("who")
                #expect(answer.text.hasPrefix("anonymous "))
                // And asks for certificates again: who has none may not stay.
                let update = try await server.update(security: foreign)
                #expect(update.closed == [.anonymous])
            }
        }
    }

    @Test("A certificate of another kind of key takes the old one's place, for clients of either kind")
    func otherKind() async throws {
        let folder = try TemporaryFolder()
        let made = try await PeerProcess.run(
            .openssl,
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=old", "-keyout",
                folder.path("old.key"), "-out", folder.path("old.pem"),
            ])
        #expect(made.status == 0, "\(made.transcript)")
        var security = try await TestServer.security()
        security.clientAuthentication = .notRequired
        let new = security
        security.certificate = try CertificateCredential(
            certificatePEM: try TemporaryFolder.read(folder.path("old.pem")),
            privateKeyPEM: Secret(try TemporaryFolder.read(folder.path("old.key"))))
        let old = security
        try await withServer(old) { server, uri in
            func shows(_ cipher: String) async throws -> String {
                try await PeerProcess.run(
                    .openssl,
                    ["s_client", "-dtls1_2", "-connect", "127.0.0.1:\(uri.port)", "-cipher", cipher, "-noservername"]
                ).transcript
            }
            let before = try await shows("ECDHE-RSA-AES128-GCM-SHA256")
            #expect(before.contains("CN = old"), "\(before)")
            try await server.update(security: new)
            for _ in 0..<2 {
                let withOld = try await shows("ECDHE-RSA-AES128-GCM-SHA256")
                #expect(!withOld.contains("CN = old") && withOld.contains("alert"), "\(withOld)")
                let withNew = try await shows("ECDHE-ECDSA-AES128-GCM-SHA256")
                #expect(withNew.contains("CN = server"), "\(withNew)")
            }
        }
    }
}
