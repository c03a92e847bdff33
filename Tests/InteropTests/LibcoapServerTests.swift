// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@Suite("Our client with libcoap's servers", .needs(.coapServerOpenSSL, .coapServerGnuTLS, .coapServerNoTLS, .openssl))
struct LibcoapServerTests {
    /// One of libcoap's servers, in one way of speaking.
    struct Server: Sendable, CustomTestStringConvertible {
        var peer: Peer
        var mode: SecurityMode
        var testDescription: String { "\(peer.rawValue), \(mode)" }

        static let all = [
            Server(peer: .coapServerNoTLS, mode: .plain),
            Server(peer: .coapServerOpenSSL, mode: .plain),
            Server(peer: .coapServerOpenSSL, mode: .key),
            Server(peer: .coapServerOpenSSL, mode: .certificate),
            Server(peer: .coapServerGnuTLS, mode: .plain),
            Server(peer: .coapServerGnuTLS, mode: .key),
            Server(peer: .coapServerGnuTLS, mode: .certificate),
        ]

        /// Starts the server and opens a session to it.
        func withSession(_ body: (ClientSession) async throws -> Void) async throws {
            try await withProcess { session, _ in try await body(session) }
        }

        /// As ``withSession(_:)``, for those who look at what the server prints.
        func withProcess(_ body: (ClientSession, PeerProcess) async throws -> Void) async throws {
            let arguments: [String] =
                switch mode {
                case .plain: []
                case .key: ["-k", TestKey.key]
                case .certificate: try await TestCertificates.shared.arguments(.server)
                }
            let security = try await mode.client()
            try await LibcoapServer.with(peer, arguments) { server in
                try await CoAPClient.withSession(
                    to: mode == .plain ? server.plain : server.secure, security: security
                ) { session in
                    try await body(session, server.process)
                }
            }
        }
    }

    @Test("Read", arguments: Server.all)
    func read(server: Server) async throws {
        try await server.withSession { session in
            let answer = try await session.get("")
            #expect(answer.code == .content)
            #expect(answer.text.contains("libcoap"))
            let again = try await session.get("", confirmable: false)
            #expect(again.text == answer.text)
        }
    }

    @Test("What is known of the connection", arguments: Server.all)
    func connection(server: Server) async throws {
        try await server.withSession { session in
            _ = try await session.get("")
            let info = await session.connectionInfo
            #expect(info.remoteAddress?.port == session.uri.port)
            switch server.mode {
            case .plain:
                #expect(info.version == nil)
                #expect(info.serverIdentity == .anonymous)
            case .key:
                #expect(info.version == "DTLSv1.2")
                #expect(info.cipherSuite?.contains("PSK_WITH") == true)
            case .certificate:
                #expect(info.version == "DTLSv1.2")
                #expect(info.cipherSuite?.hasPrefix("TLS_ECDHE_ECDSA_WITH") == true)
                guard case .certificate(let certificate) = info.serverIdentity else {
                    Issue.record("the server's certificate is not known: \(info.serverIdentity)")
                    return
                }
                #expect(certificate.commonName == "server")
            }
        }
    }

    @Test("Write, read back, delete", arguments: Server.all)
    func write(server: Server) async throws {
        try await server.withSession { session in
            let created = try await session.put("made", text: "by swift")
            #expect(created.code == .created)
            let changed = try await session.put("made", text: "by swift, again")
            #expect(changed.code == .changed)
            let read = try await session.get("made")
            #expect(read.text == "by swift, again")
            let deleted = try await session.delete("made")
            #expect(deleted.code == .deleted)
            let gone = try await session.get("made")
            #expect(gone.code == .notFound)
        }
    }

    @Test("A separate response is matched to its request", arguments: Server.all)
    func separate(server: Server) async throws {
        try await server.withSession { session in
            let answer = try await session.get("async?1")
            #expect(answer.code == .content)
            #expect(answer.text == "done")
        }
    }

    @Test("Discovery", arguments: Server.all)
    func discovery(server: Server) async throws {
        try await server.withSession { session in
            let answer = try await session.get(".well-known/core")
            #expect(answer.contentFormat == .linkFormat)
            #expect(answer.text.contains("</time>"))
        }
    }

    @Test("Many requests at once, and a ping", arguments: Server.all)
    func concurrent(server: Server) async throws {
        try await server.withSession { session in
            let codes = try await withThrowingTaskGroup(of: Code.self) { group in
                for _ in 0..<60 { group.addTask { try await session.get("time").code } }
                return try await group.reduce(into: [Code]()) { $0.append($1) }
            }
            #expect(codes == [Code](repeating: .content, count: 60))
            let time = try await session.ping()
            #expect(time > .zero)
        }
    }

    @Test("After a server said goodbye the next request connects anew")
    func stoppedServer() async throws {
        let security = try TestKey.client()
        let key = ["-k", TestKey.key]
        try await LibcoapServer.with(.coapServerOpenSSL, key) { server in
            try await CoAPClient.withSession(to: server.secure, security: security) { session in
                _ = try await session.get("time")
                try await server.process.stop()
                let error = await #expect(throws: CoAPError.self) { try await session.get("time") }
                #expect(error?.code == .unreachable || error?.code == .closed)
                try await LibcoapServer.with(.coapServerOpenSSL, key, port: server.port) { _ in
                    let codes = try await withThrowingTaskGroup(of: Code.self) { group in
                        for _ in 0..<5 { group.addTask { try await session.get("time").code } }
                        return try await group.reduce(into: [Code]()) { $0.append($1) }
                    }
                    #expect(codes == [Code](repeating: .content, count: 5))
                    #expect(try await session.ping() > .zero)
                }
            }
        }
    }

    @Test("A server that lost its sessions gets a new handshake after the first request without an answer")
    func restartedServer() async throws {
        let security = try TestKey.client()
        let first = ["-k", TestKey.key]
        try await LibcoapServer.with(.coapServerOpenSSL, first) { server in
            try await CoAPClient.withSession(to: server.secure, security: security) { session in
                _ = try await session.get("time")
                try await server.process.kill()
                try await LibcoapServer.with(.coapServerOpenSSL, first, port: server.port) { _ in
                    let error = await #expect(throws: CoAPError.self) {
                        try await session.get("time", timeout: .seconds(1))
                    }
                    #expect(error?.code == .timeout)
                    let answer = try await session.get("time")
                    #expect(answer.code == .content)
                }
            }
        }
    }

    @Test("Requests that overlap when a server loses its sessions are answered on a new one")
    func restartedServerUnderLoad() async throws {
        let security = try TestKey.client()
        let key = ["-k", TestKey.key]
        var configuration = ClientConfiguration()
        configuration.transmission.ackTimeout = .seconds(1)
        let limited = configuration
        try await LibcoapServer.with(.coapServerOpenSSL, key) { server in
            try await CoAPClient.withSession(to: server.secure, security: security, configuration: limited) { session in
                _ = try await session.get("time")
                try await server.process.kill()
                try await LibcoapServer.with(.coapServerOpenSSL, key, port: server.port) { _ in
                    let codes = try await withThrowingTaskGroup(of: Code.self) { group in
                        for _ in 0..<4 {
                            group.addTask {
                                for _ in 0..<3 { _ = try await session.get("time") }
                                return try await session.get("time").code
                            }
                        }
                        return try await group.reduce(into: [Code]()) { $0.append($1) }
                    }
                    #expect(codes == [Code](repeating: .content, count: 4))
                }
            }
        }
    }

    @Test("An IPv6 address is not sent as a server name, which GnuTLS would refuse")
    func noNameForAddress() async throws {
        let security = try TestKey.client()
        try await LibcoapServer.with(.coapServerGnuTLS, ["-k", TestKey.key], host: "::1") { server in
            let answer = try await CoAPClient.withSession(to: server.secure, security: security) { session in
                try await session.get("")
            }
            #expect(answer.code == .content)
        }
    }

    @Test("A host name is sent and verified", arguments: [Peer.coapServerOpenSSL, .coapServerGnuTLS])
    func hostName(peer: Peer) async throws {
        let arguments = try await TestCertificates.shared.arguments(.server)
        let security = try await SecurityMode.certificate.client()
        try await LibcoapServer.with(peer, arguments) { server in
            let uri = try CoAPURI(server.secure)
            let answer = try await CoAPClient.withSession(
                to: CoAPURI(scheme: .coaps, host: "localhost", port: uri.port), security: security
            ) { session in
                try await session.get("")
            }
            #expect(answer.code == .content)
        }
    }
}
