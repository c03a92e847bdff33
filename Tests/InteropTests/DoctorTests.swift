// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import Testing

@testable import CoAP

/// The doctor before other people's servers, each with a fault that it can have.
@Suite(
    "The doctor, asked about other people's servers", .needs(.coapServerOpenSSL, .coapServerGnuTLS, .openssl),
    .timeLimit(.minutes(5)))
struct DoctorTests {
    static let peers = [Peer.coapServerOpenSSL, .coapServerGnuTLS]

    private func diagnosis(
        _ uri: String, _ security: ClientSecurity, patience: Duration = .seconds(3)
    ) async throws -> Diagnosis {
        try await Doctor.examine(DiagnosisSubject(uri: try CoAPURI(uri), security: security, patience: patience))
    }

    /// Expects a finding, and that every step before it was well.
    private func expect(
        _ kind: HandshakeFinding.Kind, at step: DiagnosisStep, _ uri: String, _ security: ClientSecurity,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let diagnosis = try await diagnosis(uri, security)
        let finding = try #require(
            diagnosis.finding, "\(String(describing: diagnosis.addresses.first?.steps))", sourceLocation: sourceLocation
        )
        #expect(finding.finding.kind == kind && finding.step == step, "\(finding)", sourceLocation: sourceLocation)
        let steps = diagnosis.addresses.first?.steps ?? []
        for result in steps {
            let verdict: DiagnosisStep.Verdict = result.step < step ? .ok : result.step == step ? .failed : .skipped
            let isUnneeded = result.verdict == .skipped && result.step < step
            #expect(result.verdict == verdict || isUnneeded, "\(result)", sourceLocation: sourceLocation)
        }
    }

    @Test("Nothing is wrong, by key and by certificate", arguments: peers)
    func well(peer: Peer) async throws {
        let certificates = try await TestCertificates.shared
        try await LibcoapServer.with(peer, ["-k", TestKey.key] + certificates.arguments(.server)) { server in
            for mode in [SecurityMode.key, .certificate] {
                let diagnosis = try await diagnosis(server.secure, try await mode.client(), patience: .seconds(90))
                #expect(diagnosis.isWell, "\(diagnosis)")
                let request = try #require(diagnosis.addresses.first?.steps.last)
                #expect(request.step == .request && request.line.contains("2.05"), "\(request)")
            }
            let plain = try await diagnosis(server.plain, .plain, patience: .seconds(90))
            #expect(plain.isWell && plain.addresses.first?.steps.map(\.step) == [.route, .reachability, .request])
        }
    }

    @Test("A wrong key", arguments: peers)
    func wrongKey(peer: Peer) async throws {
        try await LibcoapServer.with(peer, ["-k", TestKey.key]) { server in
            try await expect(.wrongKey, at: .key, server.secure, try TestKey.client(key: TestKey.wrong))
        }
    }

    @Test("Certificates of the server", arguments: peers)
    func certificates(peer: Peer) async throws {
        let made = try await TestCertificates.shared
        let client = try await SecurityMode.certificate.client()
        let faults: [(TestCertificates.Name, HandshakeFinding.Kind, DiagnosisStep)] = [
            (.impostor, .foreignAuthority, .certificate), (.expiredServer, .expired, .certificate),
            (.elsewhere, .hostMismatch, .host),
        ]
        for (name, kind, step) in faults {
            try await LibcoapServer.with(peer, made.arguments(name)) { server in
                try await expect(kind, at: step, server.secure, client)
                let chain = try await diagnosis(server.secure, client).addresses.first?.chain
                #expect(chain?.first?.subject.contains("CN=\(name)") == true, "\(String(describing: chain))")
            }
        }
    }

    @Test("Plain CoAP on the port, or DTLS where plain CoAP is expected", arguments: peers)
    func otherLanguage(peer: Peer) async throws {
        try await LibcoapServer.with(peer, ["-k", TestKey.key]) { server in
            let swapped = server.plain.replacing("coap://", with: "coaps://")
            try await expect(.plainServer, at: .hello, swapped, try TestKey.client())
            try await expect(
                .secureServer, at: .reachability, server.secure.replacing("coaps://", with: "coap://"), .plain)
        }
    }

    @Test("A key for a server of certificates")
    func kinds() async throws {
        let made = try await TestCertificates.shared
        try await OpenSSLServer.with(made.arguments(.server)) { uri in
            try await expect(.noSharedCipher, at: .cipher, uri, try TestKey.client())
        }
    }

    @Test("Client certificates that are demanded, expired, foreign")
    func clientCertificates() async throws {
        let made = try await TestCertificates.shared
        let trust = try made.trust()
        try await OpenSSLServer.with(made.arguments(.server)) { uri in
            try await expect(.certificateDemanded, at: .key, uri, .certificate(trust: trust))
        }
        try await OpenSSLServer.with(made.arguments(.server)) { uri in
            try await expect(
                .ownCertificateExpired, at: .key, uri, .certificate(try made.credential(.expiredDevice), trust: trust))
        }
        try await OpenSSLServer.with(made.arguments(.server)) { uri in
            try await expect(
                .ownCertificateUntrusted, at: .key, uri, .certificate(try made.credential(.rogue), trust: trust))
        }
    }

    @Test("A wrong key, and a server of certificates that is revoked, not valid yet, or a little early")
    func openssl() async throws {
        let key = ["-nocert", "-psk_identity", TestKey.identity, "-psk", Hexadecimal.encode(TestKey.key.utf8)]
        try await OpenSSLServer.with(key, demands: false) { uri in
            try await expect(.wrongKey, at: .key, uri, try TestKey.client(key: TestKey.wrong))
        }
        let chain = try await RevokedChain()
        try await OpenSSLServer.with(chain.serverArguments, demands: false) { uri in
            try await expect(
                .revoked, at: .certificate, uri, .certificate(trust: try chain.trust(lists: [.root, .intermediate])))
        }
        let authority = try CertificateAuthority(named: "tests")
        let trust = try TrustAnchors(pem: try authority.certificatePEM())
        let day: Int64 = 86_400
        for (start, kind) in [(10 * day, HandshakeFinding.Kind.notYetValid), (3600, .clockSkew)] {
            let folder = try TemporaryFolder()
            var contents = CertificateAuthority.Contents(
                name: "later", role: .server, alternativeNames: ["IP:127.0.0.1"], validFor: 30 * day)
            contents.notBefore += start
            try authority.issue(
                contents, certificatePath: folder.path("later.pem"), keyPath: folder.path("later.key"))
            let arguments = ["-c", folder.path("later.pem"), "-j", folder.path("later.key")]
            try await OpenSSLServer.with(arguments, demands: false) { uri in
                try await expect(kind, at: .certificate, uri, .certificate(trust: trust))
            }
        }
    }

    @Test("A server of older cipher suites alone")
    func olderSuites() async throws {
        let made = try await TestCertificates.shared
        let arguments = made.arguments(.server) + ["-cipher", "ECDHE-ECDSA-AES128-SHA"]
        try await OpenSSLServer.with(arguments, demands: false) { uri in
            let client = ClientSecurity.certificate(trust: try made.trust())
            try await expect(.noSharedCipher, at: .cipher, uri, client)
        }
        try await OpenSSLServer.with(arguments, demands: false) { uri in
            let finding = try await diagnosis(uri, .certificate(trust: try made.trust())).finding
            #expect(
                finding?.why.contains("it took TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA") == true,
                "\(String(describing: finding))")
        }
    }

    @Test("A server of DTLS 1.0 alone")
    func oldVersion() async throws {
        let made = try await TestCertificates.shared
        let arguments = made.arguments(.server) + ["-cipher", "ALL:@SECLEVEL=0"]
        try await OpenSSLServer.with(arguments, version: "-dtls1", demands: false) { uri in
            try await expect(.oldVersion, at: .hello, uri, .certificate(trust: try made.trust()))
        }
    }

    @Test("A network that drops large datagrams")
    func largeDatagrams() async throws {
        let made = try await TestCertificates.shared
        try await LibcoapServer.with(.coapServerOpenSSL, made.arguments(.server)) { server in
            let relay = try Relay(to: server.port + 1) { direction, _, datagram in
                direction == .toClient && datagram.count > 600
            }
            defer { relay.stop() }
            let client = try await SecurityMode.certificate.client()
            try await expect(.largeDatagramsLost, at: .hello, "coaps://127.0.0.1:\(relay.port)", client)
        }
    }

    @Test("A port where nobody listens, a silent one, one of another service, an unknown host")
    func noServer() async throws {
        let key = try TestKey.client()
        let silent = try UDPSocket()
        try await expect(.silence, at: .reachability, "coaps://127.0.0.1:\(silent.port)", key)
        try await expect(.silence, at: .reachability, "coap://127.0.0.1:\(silent.port)", .plain)
        let port = try FreePort.pair()
        try await expect(.nobodyListens, at: .reachability, "coaps://127.0.0.1:\(port)", key)
        try await expect(.nobodyListens, at: .reachability, "coap://127.0.0.1:\(port)", .plain)
        let diagnosis = try await diagnosis("coaps://nobody.invalid", key)
        #expect(diagnosis.finding?.finding.kind == .unknownHost && diagnosis.finding?.step == .name)
    }
}
