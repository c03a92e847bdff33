// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import Logging
import Testing

@testable import CoAP

/// Each fault as the doctor sees it at the client's end, and as the server's log tells it at the other.
@Suite("Both ends of a failed handshake", .needs(.openssl), .timeLimit(.minutes(5)))
struct FailedHandshakeTests {
    /// Hands on each line of a log with its metadata.
    private struct Lines: LogHandler {
        let lines: AsyncStream<String>.Continuation
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.notice

        func log(event: LogEvent) {
            lines.yield("\(event.level) \(event.message) \(event.metadata ?? [:])")
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
    }

    /// Runs a server, calls the closure with its port, waits for a line about a handshake and returns all there are.
    private func log(
        of security: ServerSecurity, handshakeTimeout: Duration = .seconds(2),
        while body: @Sendable (UInt16) async throws -> Void
    ) async throws -> [String] {
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        let (listening, continuation) = AsyncStream.makeStream(of: [CoAPURI].self)
        var configuration = ServerConfiguration()
        configuration.handshakeTimeout = handshakeTimeout
        let server = CoAPServer(
            endpoints: [.coaps("127.0.0.1", port: 0)], security: security, router: TestServer.router(),
            configuration: configuration, logger: Logger(label: "test") { _ in Lines(lines: line) },
            onListening: { continuation.yield($0) })
        let running = Task { try await server.run() }
        defer { running.cancel() }
        var iterator = listening.makeAsyncIterator()
        try await body(try #require(await iterator.next())[0].port)
        func isMeant(_ line: String) -> Bool { line.hasPrefix("warning handshake failed") }
        var found: [String] = []
        for await line in lines where isMeant(line) {
            found.append(line)
            break
        }
        running.cancel()
        try await running.value
        line.finish()
        for await line in lines where isMeant(line) { found.append(line) }
        return found
    }

    private func diagnosis(
        _ port: UInt16, _ security: ClientSecurity, host: String = "127.0.0.1"
    ) async throws -> Diagnosis {
        try await Doctor.examine(
            DiagnosisSubject(
                uri: CoAPURI(scheme: .coaps, host: host, port: port), security: security, patience: .seconds(3)))
    }

    /// Has the doctor examine a server, and expects its finding and the line in the server's log.
    private func expect(
        _ kind: HandshakeFinding.Kind, _ line: String, of server: ServerSecurity, _ client: ClientSecurity,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let seen = try await log(of: server) { port in
            let finding = try await diagnosis(port, client).finding
            #expect(finding?.finding.kind == kind, "\(String(describing: finding))", sourceLocation: sourceLocation)
        }
        let all = seen.joined()
        #expect(
            seen.count == 1 && all.contains(line) && all.contains("127.0.0.1"), "\(seen)",
            sourceLocation: sourceLocation)
        #expect(!all.contains(TestKey.key) && !all.contains(TestKey.wrong), sourceLocation: sourceLocation)
    }

    @Test("Keys")
    func keys() async throws {
        let server = try await TestServer.security()
        try await expect(
            .unknownIdentity, "the client's identity 'nob\\x1bdy' is not known here", of: server,
            try TestKey.client(identity: "nob\u{1B}dy"))
        try await expect(
            .wrongKey, "the identity 'device-1' is known, but the client's key differs", of: server,
            try TestKey.client(key: TestKey.wrong))
    }

    @Test(
        "A wrong key of other people's clients is told of while their handshake still waits",
        .needs(.openssl, .coapClientOpenSSL, .coapClientGnuTLS),
        arguments: [Peer.openssl, .coapClientOpenSSL, .coapClientGnuTLS])
    func wrongKeys(peer: Peer) async throws {
        let running = Locked<PeerProcess?>(nil)
        let seen = try await log(of: try await TestServer.security(), handshakeTimeout: .seconds(24 * 3600)) { port in
            let arguments =
                peer == .openssl
                ? [
                    "s_client", "-dtls1_2", "-connect", "127.0.0.1:\(port)", "-psk_identity", TestKey.identity, "-psk",
                    Hexadecimal.encode(TestKey.wrong.utf8),
                ]
                : ["-B", "60", "-u", TestKey.identity, "-k", TestKey.wrong, "coaps://127.0.0.1:\(port)/hello"]
            let client = try PeerProcess(try peer.path, arguments)
            running.withLock { $0 = client }
        }
        running.withLock { $0 = nil }
        #expect(
            seen.count == 1
                && seen[0].contains("the identity 'device-1' is known, but the client's key differs: check the"),
            "\(seen)")
        #expect(seen[0].contains("127.0.0.1") && !seen[0].contains(TestKey.wrong))
    }

    @Test("The client's certificate")
    func clientCertificates() async throws {
        let server = try await TestServer.security()
        let made = try await TestCertificates.shared
        let trust = try made.trust()
        try await expect(
            .certificateDemanded, "the client showed no certificate", of: server, .certificate(trust: trust))
        try await expect(
            .ownCertificateExpired, "the client's certificate has expired", of: server,
            .certificate(try made.credential(.expiredDevice), trust: trust))
        try await expect(
            .ownCertificateUntrusted, "the client's certificate is signed by an authority that is not trusted",
            of: server,
            .certificate(try made.credential(.rogue), trust: trust))
        try await expect(
            .ownCertificateRefused, "the client's certificate is not made for clients", of: server,
            .certificate(try made.credential(.server), trust: trust))
    }

    @Test("The client's certificate, before its time")
    func early() async throws {
        let made = try await TestCertificates.shared
        let authority = try CertificateAuthority(named: "tests")
        var contents = CertificateAuthority.Contents(name: "early", role: .client, validFor: 90 * 86_400)
        contents.notBefore += 30 * 86_400
        let early = try authority.issue(contents)
        let own = try CertificateCredential(certificatePEM: early.certificatePEM, privateKeyPEM: early.keyPEM)
        try await expect(
            .ownCertificateRefused, "the client's certificate is not valid yet",
            of: .certificate(
                try made.credential(.server), clientsSignedBy: try TrustAnchors(pem: try authority.certificatePEM())),
            .certificate(own, trust: try made.trust()))
    }

    @Test("The server's certificate")
    func serverCertificates() async throws {
        let made = try await TestCertificates.shared
        let client = ClientSecurity.certificate(try made.credential(.device), trust: try made.trust())
        func server(_ name: TestCertificates.Name) throws -> ServerSecurity {
            .certificate(try made.credential(name), clientsSignedBy: try made.trust())
        }
        try await expect(
            .foreignAuthority, "the client does not trust the authority of this server's certificate",
            of: try server(.impostor), client)
        try await expect(
            .expired, "the client finds that this server's certificate has expired", of: try server(.expiredServer),
            client)
        try await expect(
            .hostMismatch, "as when it is for another host", of: try server(.elsewhere), client)
    }

    @Test("Keys on one side, certificates on the other")
    func kinds() async throws {
        let made = try await TestCertificates.shared
        try await expect(
            .noSharedCipher, "the client offers no cipher suite that is taken here",
            of: .certificate(try made.credential(.server), clientsSignedBy: try made.trust()), try TestKey.client())
        try await expect(
            .noSharedCipher, "the client offers no cipher suite that is taken here",
            of: .preSharedKeys(try TestKey.table()),
            .certificate(try made.credential(.device), trust: try made.trust()))
    }

    @Test("Plain CoAP on the port for DTLS")
    func plain() async throws {
        let seen = try await log(of: try await TestServer.security()) { port in
            let diagnosis = try await Doctor.examine(
                DiagnosisSubject(
                    uri: CoAPURI(scheme: .coap, host: "127.0.0.1", port: port), security: .plain, patience: .seconds(1))
            )
            #expect(diagnosis.finding?.finding.kind == .secureServer)
        }
        #expect(seen.joined().contains("plain CoAP came to a port that speaks DTLS"), "\(seen)")
    }

    @Test("A client that falls silent half-way")
    func silence() async throws {
        let key = try TestKey.client()
        let seen = try await log(of: try await TestServer.security()) { port in
            let channel = try DTLSChannel(key, host: "127.0.0.1")
            let socket = try UDPSocket()
            try socket.connect(to: port)
            channel.handshake()
            // The hello, and the one with the cookie; the server's flight stays without an answer.
            for _ in 0..<2 {
                for datagram in channel.takeOutgoing() { try socket.send(datagram) }
                _ = channel.receive(try socket.receive())
            }
        }
        #expect(seen.joined().contains("the client fell silent when it had this server's first answer"), "\(seen)")
    }

    @Test("One line for each address and minute, while all are counted")
    func once() async throws {
        let stranger = try TestKey.client(identity: "stranger")
        let seen = try await log(of: try await TestServer.security()) { port in
            for _ in 0..<3 { _ = try await diagnosis(port, stranger) }
        }
        #expect(seen.count == 1, "\(seen)")
    }
}
