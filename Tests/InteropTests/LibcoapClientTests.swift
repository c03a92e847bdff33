// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@Suite("libcoap's clients with our server", .needs(.coapClientOpenSSL, .coapClientGnuTLS, .coapClientNoTLS, .openssl))
struct LibcoapClientTests {
    @Test("Read", arguments: LibcoapClient.all)
    func read(client: LibcoapClient) async throws {
        try await TestServer.with(client.mode) { uri in
            let answer = try await client.request("get", "\(uri)/hello")
            #expect(answer.text == "hello from swift", "\(answer)")
            #expect(answer.response?.type == "ACK")
            #expect(answer.code == "2.05")
            #expect(answer.response?.options.contains("Content-Format:text/plain") == true)
        }
    }

    @Test("The peer's identity is known", arguments: LibcoapClient.all)
    func identity(client: LibcoapClient) async throws {
        try await TestServer.with(client.mode) { uri in
            let answer = try await client.request("get", "\(uri)/who")
            let text = try #require(answer.text, "\(answer)")
            switch client.mode {
            case .plain: #expect(text == "anonymous no cipher")
            case .key:
                #expect(
                    text.hasPrefix("psk:device-1 TLS_ECDHE_PSK_WITH_") || text.hasPrefix("psk:device-1 TLS_PSK_WITH_"))
            case .certificate: #expect(text.hasPrefix("certificate:CN=device,O=Tests TLS_ECDHE_ECDSA_WITH_"))
            }
        }
    }

    @Test("Write with PUT and POST, delete", arguments: LibcoapClient.all)
    func write(client: LibcoapClient) async throws {
        try await TestServer.with(client.mode) { uri in
            for method in ["put", "post"] {
                let answer = try await client.request(method, "\(uri)/echo", ["-e", "some text", "-t", "0"])
                #expect(answer.code == "2.04", "\(answer)")
                #expect(answer.text == "some text")
                #expect(answer.response?.options.contains("Content-Format:text/plain") == true)
            }
            let answer = try await client.request("delete", "\(uri)/item")
            #expect(answer.code == "2.02", "\(answer)")
        }
    }

    @Test("FETCH, PATCH and iPATCH", arguments: LibcoapClient.all)
    func laterMethods(client: LibcoapClient) async throws {
        try await TestServer.with(client.mode) { uri in
            for (method, code) in [("fetch", "2.05"), ("patch", "2.04"), ("ipatch", "2.04")] {
                let answer = try await client.request(method, "\(uri)/echo", ["-e", "x", "-t", "50"])
                #expect(answer.code == code, "\(answer)")
                #expect(answer.response?.options.contains("Content-Format:application/json") == true)
            }
        }
    }

    @Test("An answer that takes its time comes as a confirmable message of its own", arguments: LibcoapClient.all)
    func separate(client: LibcoapClient) async throws {
        try await TestServer.with(client.mode) { uri in
            let answer = try await client.request("get", "\(uri)/separate")
            #expect(answer.text == "worth the wait", "\(answer)")
            #expect(answer.messages.map(\.type).prefix(3) == ["CON", "ACK", "CON"])
            #expect(answer.messages.map(\.code).prefix(3) == ["GET", "0.00", "2.05"])
        }
    }

    @Test("A non-confirmable request gets a non-confirmable answer, quick or slow", arguments: LibcoapClient.all)
    func nonConfirmable(client: LibcoapClient) async throws {
        try await TestServer.with(client.mode) { uri in
            for path in ["hello", "separate"] {
                let answer = try await client.request("get", "\(uri)/\(path)", ["-N"])
                #expect(answer.code == "2.05", "\(answer)")
                #expect(answer.response?.type == "NON")
                #expect(answer.messages.allSatisfy { $0.type == "NON" })
            }
        }
    }

    @Test("Paths, queries and tokens arrive as they were sent", arguments: LibcoapClient.all)
    func paths(client: LibcoapClient) async throws {
        try await TestServer.with(client.mode) { uri in
            let item = try await client.request("get", "\(uri)/items/a%2Fb")
            #expect(item.text == "a/b", "\(item)")
            let query = try await client.request("get", "\(uri)/query?first=1&second=2")
            #expect(query.text == "first=1 second=2", "\(query)")
            let token = try await client.request("get", "\(uri)/hello", ["-T", "beef"])
            #expect(token.code == "2.05", "\(token)")
        }
    }

    @Test("A body of 1000 bytes fits one message, there and back", arguments: LibcoapClient.all)
    func largeMessage(client: LibcoapClient) async throws {
        let text = String(repeating: "0123456789", count: 100)
        try await TestServer.with(client.mode) { uri in
            let there = try await client.request("put", "\(uri)/text", ["-e", text, "-t", "0"])
            #expect(there.text == text, "\(there)")
            let back = try await client.request("get", "\(uri)/long")
            #expect(back.text == text, "\(back)")
        }
    }

    @Test("What the server does not have or do is answered with its code", arguments: LibcoapClient.all)
    func refusals(client: LibcoapClient) async throws {
        try await TestServer.with(client.mode) { uri in
            let missing = try await client.request("get", "\(uri)/nothing")
            #expect(missing.code == "4.04", "\(missing)")
            let method = try await client.request("delete", "\(uri)/hello")
            #expect(method.code == "4.05", "\(method)")
            let accept = try await client.request("get", "\(uri)/hello", ["-A", "60"])
            #expect(accept.code == "4.06", "\(accept)")
            let format = try await client.request("put", "\(uri)/text", ["-e", "x", "-t", "60"])
            #expect(format.code == "4.15", "\(format)")
            // 9 is OSCORE's: critical, and not known to this server.
            let option = try await client.request("get", "\(uri)/hello", ["-O", "9,x"])
            #expect(option.code == "4.02", "\(option)")
        }
    }

    @Test("Resources are discovered", arguments: LibcoapClient.all)
    func discovery(client: LibcoapClient) async throws {
        try await TestServer.with(client.mode) { uri in
            let all = try await client.request("get", "\(uri)/.well-known/core")
            #expect(all.text?.contains("</hello>;rt=") == true, "\(all)")
            #expect(all.response?.options.contains("Content-Format:application/link-format") == true)
            let filtered = try await client.request("get", "\(uri)/.well-known/core?rt=greeting")
            #expect(filtered.text?.hasPrefix("</hello>;") == true, "\(filtered)")
            #expect(filtered.text?.contains(",") == false)
        }
    }

    @Test("An endpoint with keys alone, and one with certificates alone", arguments: LibcoapClient.secure)
    func oneKindOnly(client: LibcoapClient) async throws {
        let certificates = try await TestCertificates.shared
        let security: ServerSecurity =
            client.mode == .key
            ? .preSharedKeys(try TestKey.table())
            : .certificate(try certificates.credential(.server), clientsSignedBy: try certificates.trust())
        try await TestServer.with(security) { uri in
            let answer = try await client.request("get", "\(uri)/hello")
            #expect(answer.text == "hello from swift", "\(answer)")
        }
    }

    @Test(
        "A server that asks for no certificate serves anonymous peers",
        arguments: [Peer.coapClientOpenSSL, .coapClientGnuTLS])
    func serverCertificateOnly(peer: Peer) async throws {
        let certificates = try await TestCertificates.shared
        let security = ServerSecurity(certificate: try certificates.credential(.server))
        try await TestServer.with(security) { uri in
            let client = LibcoapClient(peer: peer, mode: .certificate)
            let answer = try await client.request(
                "get", "\(uri)/who", credentials: ["-C", certificates.certificate(.authority)])
            #expect(answer.text?.hasPrefix("anonymous TLS_ECDHE_ECDSA_WITH_") == true, "\(answer)")
        }
    }

    @Test("A confirmable PUT its client repeats runs the handler once", arguments: LibcoapClient.all)
    func repeatedRequest(client: LibcoapClient) async throws {
        let counter = Locked(0)
        try await TestServer.with(client.mode, router: TestServer.router(counter: counter)) { uri in
            let port = try CoAPURI(uri).port
            // The handshake's last flight must pass: application data is what may be lost (content type 23).
            let isSecure = client.mode != .plain
            let lost = Locked(false)
            let relay = try Relay(to: port) { direction, _, datagram in
                guard direction == .toClient, !isSecure || datagram.first == 23 else { return false }
                return lost.withLock { lost in
                    defer { lost = true }
                    return !lost
                }
            }
            defer { relay.stop() }
            let scheme = isSecure ? "coaps" : "coap"
            let answer = try await client.request("put", "\(scheme)://127.0.0.1:\(relay.port)/counter", ["-e", "x"])
            #expect(lost.withLock { $0 })
            #expect(answer.code == "2.04", "\(answer)")
            #expect(answer.text == "1")
            #expect(counter.withLock { $0 } == 1)
        }
    }
}
