// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

/// aiocoap speaks DTLS through tinydtls, which knows two ciphers for keys: `TLS_PSK_WITH_AES_128_CCM_8` and, with the longer
/// tag, `TLS_PSK_WITH_AES_128_CCM`.
@Suite("aiocoap", .needs(.aiocoap))
struct AiocoapTests {
    @Test("Its client with our server", arguments: [SecurityMode.plain, .key])
    func client(mode: SecurityMode) async throws {
        let key = mode == .key ? TestKey.pair : nil
        let security: ServerSecurity? = mode == .key ? .preSharedKeys(try TestKey.table()) : nil
        try await TestServer.with(security) { uri in
            let hello = try await AiocoapAnswer.request("get", "\(uri)/hello", key: key)
            #expect(hello.code == "2.05", "\(hello)")
            #expect(hello.text == "hello from swift")
            // Content-Format 0 is encoded in no byte.
            #expect(hello.options?.contains { $0.number == 12 && $0.value.isEmpty } == true)
            let who = try await AiocoapAnswer.request("get", "\(uri)/who", key: key)
            let expected = mode == .key ? "psk:device-1 TLS_PSK_WITH_AES_128_CCM" : "anonymous no cipher"
            #expect(who.text?.hasPrefix(expected) == true, "\(who)")
            let separate = try await AiocoapAnswer.request("get", "\(uri)/separate", key: key)
            #expect(separate.text == "worth the wait", "\(separate)")
            #expect(separate.type == "CON")
            let quick = try await AiocoapAnswer.request("get", "\(uri)/hello", key: key, ["--non"])
            #expect(quick.type == "NON", "\(quick)")
            let missing = try await AiocoapAnswer.request("get", "\(uri)/nothing", key: key)
            #expect(missing.code == "4.04", "\(missing)")
            let accept = try await AiocoapAnswer.request("get", "\(uri)/hello", key: key, ["--accept", "60"])
            #expect(accept.code == "4.06", "\(accept)")
        }
    }

    @Test("Its client's every method", arguments: [SecurityMode.plain, .key])
    func methods(mode: SecurityMode) async throws {
        let key = mode == .key ? TestKey.pair : nil
        let security: ServerSecurity? = mode == .key ? .preSharedKeys(try TestKey.table()) : nil
        try await TestServer.with(security) { uri in
            let body = ["--payload", "{}", "--content-format", "50"]
            for (method, code) in [
                ("put", "2.04"), ("post", "2.04"), ("fetch", "2.05"), ("patch", "2.04"), ("ipatch", "2.04"),
            ] {
                let answer = try await AiocoapAnswer.request(method, "\(uri)/echo", key: key, body)
                #expect(answer.code == code, "\(method): \(answer)")
                #expect(answer.text == "{}")
                #expect(answer.options?.contains { $0.number == 12 && $0.value == "32" } == true)
            }
            let deleted = try await AiocoapAnswer.request("delete", "\(uri)/item", key: key)
            #expect(deleted.code == "2.02", "\(deleted)")
        }
    }

    @Test("Its client on an endpoint with keys and certificates", .needs(.openssl))
    func clientOnBoth() async throws {
        try await TestServer.with(.key) { uri in
            let who = try await AiocoapAnswer.request("get", "\(uri)/who", key: TestKey.pair)
            #expect(who.text?.hasPrefix("psk:device-1 TLS_PSK_WITH_AES_128_CCM") == true, "\(who)")
        }
    }

    @Test("Its client with a wrong key gets no answer, and the server goes on")
    func wrongKey() async throws {
        try await TestServer.with(.preSharedKeys(try TestKey.table())) { uri in
            let wrong = try await AiocoapAnswer.request(
                "get", "\(uri)/hello", key: (TestKey.identity, TestKey.wrong), ["--timeout", "3"])
            #expect(wrong.code == nil)
            #expect(wrong.error != nil)
            let stranger = try await AiocoapAnswer.request(
                "get", "\(uri)/hello", key: ("stranger", TestKey.key), ["--timeout", "3"])
            #expect(stranger.code == nil)
            let right = try await AiocoapAnswer.request("get", "\(uri)/hello", key: TestKey.pair)
            #expect(right.code == "2.05", "\(right)")
        }
    }

    @Test("Our client with its server", arguments: [SecurityMode.plain, .key])
    func server(mode: SecurityMode) async throws {
        let security = try await mode.client()
        try await AiocoapServer.with(key: mode == .key ? TestKey.pair : nil) { uri in
            try await CoAPClient.withSession(to: uri, security: security) { session in
                let hello = try await session.get("hello")
                #expect(hello.text == "hello from aiocoap")
                #expect(hello.contentFormat == .text)
                let quick = try await session.get("hello", confirmable: false)
                #expect(quick.text == "hello from aiocoap")
                let separate = try await session.get("separate")
                #expect(separate.text == "worth the wait")
                let put = try await session.put("echo", [1, 2, 3], contentFormat: .cbor)
                #expect(put.code == .changed)
                #expect(put.payload == [1, 2, 3])
                #expect(put.contentFormat == .cbor)
                let fetch = try await session.fetch("echo", [4], contentFormat: .octetStream)
                #expect(fetch.payload == [4])
                let missing = try await session.get("nothing")
                #expect(missing.code == .notFound)
                let core = try await session.get(".well-known/core")
                #expect(core.text.contains("</separate>"))
                if mode == .key {
                    let info = await session.connectionInfo
                    #expect(info.cipherSuite?.hasPrefix("TLS_PSK_WITH_AES_128_CCM") == true)
                }
            }
        }
    }

    @Test(
        "Our client with a server that gives one message id to every response", arguments: [SecurityMode.plain, .key])
    func sameMessageID(mode: SecurityMode) async throws {
        var configuration = ClientConfiguration()
        configuration.requestTimeout = .seconds(60)
        let security = try await mode.client()
        try await AiocoapServer.with(key: mode == .key ? TestKey.pair : nil, ["--message-id", "7"]) { uri in
            try await CoAPClient.withSession(to: uri, security: security, configuration: configuration) { session in
                for _ in 0..<3 {
                    let separate = try await session.get("separate")
                    #expect(separate.text == "worth the wait")
                }
            }
        }
    }
}
