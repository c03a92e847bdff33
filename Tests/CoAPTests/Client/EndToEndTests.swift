// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@Suite("Server and client, end to end")
struct EndToEndTests {
    private static let key = Secret("a key of more than sixteen bytes".utf8)

    private static func router() -> Router {
        let router = Router()
        router.get("hello") { _, _ in "hello, world" }
        router.get("who") { _, context in "\(context.peer.identity)" }
        router.get("items/{name}") { _, context in context.parameters["name"] }
        router.get("slow") { _, _ in
            try await Task.sleep(for: .milliseconds(400))
            return "slow"
        }
        router.put("echo") { request, _ in
            Response(.changed, payload: request.payload, contentFormat: .octetStream)
        }
        return router
    }

    @Test("Plain CoAP: every way an answer can come")
    func plain() async throws {
        try await Loopback.withServer(Self.router()) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                let answer1 = try await session.get("hello")
                #expect(answer1.text == "hello, world")
                let answer2 = try await session.get("hello", confirmable: false)
                #expect(answer2.text == "hello, world")
                let answer3 = try await session.get("slow")
                #expect(answer3.text == "slow")
                let answer4 = try await session.get("slow", confirmable: false)
                #expect(answer4.text == "slow")
                let answer5 = try await session.get("items/a%2Fb")
                #expect(answer5.text == "a/b")
                let answer6 = try await session.get("nothing")
                #expect(answer6.code == .notFound)
                let answer7 = try await session.delete("hello")
                #expect(answer7.code == .methodNotAllowed)
                let answer8 = try await session.put("echo", [1, 2, 3])
                #expect(answer8.payload == [1, 2, 3])
                let answer9 = try await session.get("hello", accept: .json)
                #expect(answer9.code == .notAcceptable)
                let ping = try await session.ping()
                #expect(ping > .zero)
            }
        }
    }

    @Test("DTLS with a pre-shared key: the identity is known")
    func preSharedKey() async throws {
        let table = try PreSharedKeyTable([PreSharedKey(identity: "thermostat-7", key: Self.key)])
        try await Loopback.withServer(
            Self.router(), endpoints: [.coaps("::1", port: 0)], security: .preSharedKeys(table)
        ) { uris in
            let security = try ClientSecurity.preSharedKey(identity: "thermostat-7", key: Self.key)
            try await CoAPClient.withSession(to: uris[0], security: security) { session in
                let answer10 = try await session.get("who")
                #expect(answer10.text == "psk:thermostat-7")
                let answer11 = try await session.get("slow")
                #expect(answer11.text == "slow")
                let info = await session.connectionInfo
                #expect(info.version == "DTLSv1.2")
                #expect(info.cipherSuite?.contains("PSK") == true)
            }
            let stranger = try ClientSecurity.preSharedKey(identity: "stranger", key: Self.key)
            let error = await #expect(throws: CoAPError.self) {
                try await CoAPClient.withSession(to: uris[0], security: stranger) { _ in }
            }
            #expect(error?.code == .handshakeFailed)
            #expect(error?.message.contains("does not know the identity 'stranger'") == true)
        }
    }

    @Test("A wrong key is named as the likely cause")
    func wrongKey() async throws {
        let table = try PreSharedKeyTable([PreSharedKey(identity: "me", key: Self.key)])
        try await Loopback.withServer(
            Self.router(), endpoints: [.coaps("::1", port: 0)], security: .preSharedKeys(table)
        ) { uris in
            var configuration = ClientConfiguration()
            configuration.handshakeTimeout = .seconds(10)
            let wrong = try ClientSecurity.preSharedKey(identity: "me", key: Secret("another key altogether".utf8))
            let error = await #expect(throws: CoAPError.self) {
                try await CoAPClient.withSession(to: uris[0], security: wrong, configuration: configuration) { _ in }
            }
            #expect(error?.code == .handshakeFailed)
            #expect(error?.message.contains("check the pre-shared key of identity 'me'") == true)
        }
    }

    @Test("Nobody listening is told at once, for plain CoAP and DTLS")
    func nobodyListening() async throws {
        let security = try ClientSecurity.preSharedKey(identity: "me", key: Self.key)
        let secure = await #expect(throws: CoAPError.self) {
            try await CoAPClient.withSession(to: "coaps://[::1]:9", security: security) { _ in }
        }
        #expect(secure?.code == .unreachable)
        let plain = await #expect(throws: CoAPError.self) {
            try await CoAPClient.withSession(to: "coap://[::1]:9", security: .plain) { session in
                _ = try await session.get("hello")
            }
        }
        #expect(plain?.code == .unreachable)
    }

    @Test("Many requests at once on one session")
    func concurrent() async throws {
        try await Loopback.withServer(Self.router()) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                let answers = try await withThrowingTaskGroup(of: String.self) { group in
                    for index in 0..<200 {
                        group.addTask { try await session.get("items/\(index)").text }
                    }
                    return try await group.reduce(into: Set<String>()) { $0.insert($1) }
                }
                #expect(answers == Set((0..<200).map(String.init)))
            }
        }
    }

    @Test("Cancelling a request gives up its wait")
    func cancellation() async throws {
        try await Loopback.withServer(Self.router()) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                let task = Task { try await session.get("slow") }
                task.cancel()
                let result = await task.result
                #expect(throws: CoAPError.self) { try result.get() }
                let answer12 = try await session.get("hello")
                #expect(answer12.text == "hello, world")
            }
        }
    }

    @Test("A slow server that acknowledges keeps its DTLS session")
    func slowServer() async throws {
        let router = Self.router()
        let (gate, opened) = AsyncStream.makeStream(of: Void.self)
        router.get("held") { _, _ in
            for await _ in gate {}
            return "held"
        }
        let table = try PreSharedKeyTable([PreSharedKey(identity: "me", key: Self.key)])
        try await Loopback.withServer(
            router, endpoints: [.coaps("::1", port: 0)], security: .preSharedKeys(table)
        ) { uris in
            let security = try ClientSecurity.preSharedKey(identity: "me", key: Self.key)
            try await CoAPClient.withSession(to: uris[0], security: security) { session in
                _ = try await session.get("hello")
                let before = await session.connectionInfo.localAddress
                let error = await #expect(throws: CoAPError.self) {
                    try await session.get("held", timeout: .seconds(5))
                }
                #expect(error?.message.contains("acknowledged the request") == true)
                _ = try await session.get("hello")
                let after = await session.connectionInfo.localAddress
                #expect(before == after && before != nil)
                opened.finish()
            }
        }
    }

    @Test("More sessions than contexts work side by side")
    func manySessions() async throws {
        try await Loopback.withServer(Self.router()) { uris in
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for index in 0..<100 {
                    group.addTask {
                        try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                            _ = try await session.get("slow")
                            return try await session.get("items/\(index)").text
                        }
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(answers == Set((0..<100).map(String.init)))
        }
    }
}
