// SPDX-License-Identifier: Apache-2.0

import Logging
import Testing

@testable import CoAP

/// Servers our client must not talk to, and those it cannot: each ends within its deadline with a message that says why.
@Suite("Servers our client refuses, or cannot reach", .needs(.coapServerOpenSSL, .coapServerGnuTLS, .openssl))
struct RefusedServerTests {
    static let peers = [Peer.coapServerOpenSSL, .coapServerGnuTLS]

    /// Opens a session that must fail, and returns the error; well within the deadline of a person.
    private func failure(
        _ uri: String, _ security: ClientSecurity, within deadline: Duration = .seconds(10),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> CoAPError {
        var configuration = ClientConfiguration()
        configuration.handshakeTimeout = deadline
        let limited = configuration
        let began = ContinuousClock.now
        let error = await #expect(throws: CoAPError.self, sourceLocation: sourceLocation) {
            try await CoAPClient.withSession(to: uri, security: security, configuration: limited) { session in
                _ = try await session.get("")
            }
        }
        #expect(ContinuousClock.now - began < deadline + .seconds(60), sourceLocation: sourceLocation)
        return try #require(error, sourceLocation: sourceLocation)
    }

    /// The error of a session with a server's address under a name.
    private func failure(
        to server: LibcoapServer, as name: String, _ security: ClientSecurity
    ) async throws -> CoAPError {
        let address = try SocketAddress(bytes: [127, 0, 0, 1], port: server.port + 1)
        let target = ClientTarget(
            uri: CoAPURI(scheme: .coaps, host: name, port: address.port), name: try ServerName(host: name),
            addresses: [address], security: security)
        let connection = ClientConnection(
            core: try .shared(), target: target, configuration: ClientConfiguration(), logger: Logger(label: "test"))
        let result: Result<Void, CoAPError> = await withCheckedContinuation { continuation in
            connection.core.loop.submit {
                connection.open(lookUp: .zero) {
                    continuation.resume(returning: $0)
                    connection.close(CoAPError(.closed, "the test is over"))
                }
            }
        }
        return try #require(#expect(throws: CoAPError.self) { try result.get() })
    }

    @Test("Wrong key", arguments: peers)
    func wrongKey(peer: Peer) async throws {
        try await LibcoapServer.with(peer, ["-k", TestKey.key]) { server in
            let error = try await failure(server.secure, try TestKey.client(key: TestKey.wrong), within: .seconds(3))
            #expect(error.code == .handshakeFailed)
            #expect(error.message.contains("check the pre-shared key of identity 'device-1'"), "\(error)")
            #expect(!"\(error)".contains(TestKey.wrong))
        }
    }

    @Test("Wrong key, with the deadline a program has that sets none", arguments: peers)
    func wrongKeyByDefault(peer: Peer) async throws {
        try await LibcoapServer.with(peer, ["-k", TestKey.key]) { server in
            let error = try await failure(
                server.secure, try TestKey.client(key: TestKey.wrong), within: ClientConfiguration().handshakeTimeout)
            #expect(error.code == .handshakeFailed, "\(error)")
            #expect(error.message.contains("check the pre-shared key of identity 'device-1'"), "\(error)")
        }
    }

    @Test("A common name is not a name, nor is a wildcard", arguments: peers)
    func namesThatDoNotCount(peer: Peer) async throws {
        let certificates = try await TestCertificates.shared
        let security = try await SecurityMode.certificate.client()
        try await LibcoapServer.with(peer, certificates.arguments(.localhost)) { server in
            let error = try await failure("coaps://localhost:\(server.port + 1)", security)
            #expect(error.code == .handshakeFailed)
            #expect(error.message.contains("is not for 'localhost'"), "\(error)")
        }
        try await LibcoapServer.with(peer, certificates.arguments(.wildcard)) { server in
            // A name that no name server knows: the address is given.
            let error = try await failure(to: server, as: "sensor.devices.example", security)
            #expect(error.message.contains("is not for 'sensor.devices.example' but for *.devices.example"), "\(error)")
        }
    }

    @Test("A revoked authority in between, and a list that is missing")
    func revokedIntermediate() async throws {
        let chain = try await RevokedChain()
        try await OpenSSLServer.with(chain.serverArguments) { uri in
            let good = try await CoAPClient.withSession(
                to: uri, security: .certificate(trust: try chain.trust(lists: []))
            ) { session in await session.connectionInfo.version }
            #expect(good == "DTLSv1.2")
        }
        try await OpenSSLServer.with(chain.serverArguments) { uri in
            let error = try await failure(uri, .certificate(trust: try chain.trust(lists: [.root, .intermediate])))
            #expect(error.code == .handshakeFailed)
            #expect(error.message.contains("an authority above the server's"), "\(error)")
            #expect(error.message.contains("was revoked"), "\(error)")
        }
        try await OpenSSLServer.with(chain.serverArguments) { uri in
            let error = try await failure(uri, .certificate(trust: try chain.trust(lists: [.intermediate])))
            #expect(error.message.contains("no revocation list"), "\(error)")
        }
    }

    @Test("A certificate too weak for OpenSSL is refused when it is read")
    func weakCertificate() async throws {
        let folder = try TemporaryFolder()
        let (certificate, key) = (folder.path("weak.pem"), folder.path("weak.key"))
        let made = try await PeerProcess.run(
            .openssl,
            ["req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=weak"])
        #expect(made.status == 0, "\(made.transcript)")
        let error = #expect(throws: CoAPError.self) {
            try CertificateCredential(
                certificatePEM: try TemporaryFolder.read(certificate),
                privateKeyPEM: Secret(try TemporaryFolder.read(key)))
        }
        #expect(error?.code == .invalidCredentials)
        #expect(error?.cause?.contains("key too small") == true, "\(String(describing: error))")
    }

    @Test("Unknown identity", .needs(.aiocoap))
    func unknownIdentity() async throws {
        try await AiocoapServer.with(key: TestKey.pair) { uri in
            let error = try await failure(uri, try TestKey.client(identity: "stranger"), within: .seconds(3))
            #expect(error.code == .handshakeFailed)
            // What tinydtls calls an identity it does not know.
            #expect(error.message.contains("internal_error"), "\(error)")
        }
    }

    @Test("Certificate of a foreign authority", arguments: peers)
    func foreignAuthority(peer: Peer) async throws {
        let certificates = try await TestCertificates.shared
        // It takes our certificate, so that what fails can only be that we do not take its own.
        let arguments = certificates.arguments(.impostor, trusting: .authority)
        try await LibcoapServer.with(peer, arguments) { server in
            let error = try await failure(server.secure, try await SecurityMode.certificate.client())
            #expect(error.code == .handshakeFailed)
            #expect(error.message.contains("authority that is not trusted"), "\(error)")
        }
    }

    @Test("Certificate for another host", arguments: peers)
    func wrongHost(peer: Peer) async throws {
        let certificates = try await TestCertificates.shared
        try await LibcoapServer.with(peer, certificates.arguments(.elsewhere)) { server in
            let security = try await SecurityMode.certificate.client()
            let address = try await failure(server.secure, security)
            #expect(address.code == .handshakeFailed)
            #expect(address.message.contains("not for '127.0.0.1' but for elsewhere.example"), "\(address)")
            let name = try await failure("coaps://localhost:\(server.port + 1)", security)
            #expect(name.message.contains("not for 'localhost' but for elsewhere.example"), "\(name)")
        }
    }

    @Test("Expired certificate of the server", arguments: peers)
    func expiredServer(peer: Peer) async throws {
        let certificates = try await TestCertificates.shared
        try await LibcoapServer.with(peer, certificates.arguments(.expiredServer)) { server in
            let error = try await failure(server.secure, try await SecurityMode.certificate.client())
            #expect(error.code == .handshakeFailed)
            #expect(error.message.contains("has expired"), "\(error)")
        }
    }

    @Test("Expired certificate of the client")
    func expiredClient() async throws {
        // libcoap's servers let expired certificates pass.
        let certificates = try await TestCertificates.shared
        try await OpenSSLServer.with(certificates.arguments(.server)) { uri in
            let good = ClientSecurity.certificate(
                try certificates.credential(.device), trust: try certificates.trust())
            try await CoAPClient.withSession(to: uri, security: good) { session in
                let info = await session.connectionInfo
                #expect(info.version == "DTLSv1.2")
            }
        }
        try await OpenSSLServer.with(certificates.arguments(.server)) { uri in
            let expired = ClientSecurity.certificate(
                try certificates.credential(.expiredDevice), trust: try certificates.trust())
            let error = try await failure(uri, expired)
            #expect(error.code == .handshakeFailed)
            #expect(error.message.contains("this side's certificate has expired"), "\(error)")
        }
    }

    @Test("Certificate the server does not trust", arguments: peers)
    func untrustedClient(peer: Peer) async throws {
        let certificates = try await TestCertificates.shared
        try await LibcoapServer.with(peer, certificates.arguments(.server)) { server in
            let security = ClientSecurity.certificate(
                try certificates.credential(.rogue), trust: try certificates.trust())
            let error = try await failure(server.secure, security)
            #expect(error.code == .handshakeFailed)
            #expect(error.message.contains("this side's certificate"), "\(error)")
        }
    }

    @Test("No certificate where the server demands one", arguments: peers)
    func missingClientCertificate(peer: Peer) async throws {
        let certificates = try await TestCertificates.shared
        try await LibcoapServer.with(peer, certificates.arguments(.server)) { server in
            let error = try await failure(server.secure, .certificate(trust: try certificates.trust()))
            #expect(error.code == .handshakeFailed)
            #expect(error.message.contains("certificate"), "\(error)")
        }
    }

    @Test("A key where the server knows certificates only, and the other way round", arguments: peers)
    func wrongKind(peer: Peer) async throws {
        // GnuTLS says nothing when there is no cipher both sides know.
        let codes: Set<CoAPError.Code> = peer == .coapServerGnuTLS ? [.timeout, .handshakeFailed] : [.handshakeFailed]
        let certificates = try await TestCertificates.shared
        try await LibcoapServer.with(peer, certificates.arguments(.server)) { server in
            let error = try await failure(server.secure, try TestKey.client(), within: .seconds(3))
            #expect(codes.contains(error.code), "\(error)")
        }
        try await LibcoapServer.with(peer, ["-k", TestKey.key]) { server in
            let error = try await failure(
                server.secure, try await SecurityMode.certificate.client(), within: .seconds(3))
            #expect(codes.contains(error.code), "\(error)")
        }
    }

    @Test("Nobody listens", arguments: [SecurityMode.plain, .key, .certificate])
    func nobodyListens(mode: SecurityMode) async throws {
        let port = try FreePort.pair()
        let scheme = mode == .plain ? "coap" : "coaps"
        let error = try await failure("\(scheme)://127.0.0.1:\(port)", try await mode.client())
        #expect(error.code == .unreachable, "\(error)")
    }

    @Test("A server that never says anything", arguments: [SecurityMode.key, .certificate])
    func silentServer(mode: SecurityMode) async throws {
        let silent = try UDPSocket()
        let error = try await failure("coaps://127.0.0.1:\(silent.port)", try await mode.client(), within: .seconds(2))
        #expect(error.code == .timeout, "\(error)")
        #expect(error.message.contains("127.0.0.1:\(silent.port)"))
    }

    @Test("A server that falls silent in the middle of the handshake", arguments: peers)
    func stoppedHalfWay(peer: Peer) async throws {
        try await LibcoapServer.with(peer, ["-k", TestKey.key]) { server in
            let relay = try Relay(to: server.port + 1) { direction, number, _ in direction == .toClient && number > 1 }
            defer { relay.stop() }
            let error = try await failure(
                "coaps://127.0.0.1:\(relay.port)", try TestKey.client(), within: .seconds(3))
            #expect(error.code == .handshakeFailed || error.code == .timeout, "\(error)")
            #expect(relay.seen.toClient > 1)
        }
    }

    @Test("A lost datagram of each flight does not keep a session from being made", arguments: peers)
    func lossyHandshake(peer: Peer) async throws {
        try await LibcoapServer.with(peer, ["-k", TestKey.key]) { server in
            let relay = try Relay(to: server.port + 1) { _, number, _ in number == 2 }
            defer { relay.stop() }
            let security = try TestKey.client()
            var configuration = ClientConfiguration()
            configuration.handshakeTimeout = .seconds(90)
            let answer = try await CoAPClient.withSession(
                to: "coaps://127.0.0.1:\(relay.port)", security: security, configuration: configuration
            ) { session in
                try await session.get("")
            }
            #expect(answer.code == .content)
        }
    }
}
