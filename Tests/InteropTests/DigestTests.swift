// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Testing

/// Digests with programs that know nothing of the option: they can send one, and pass it by.
@Suite("Digests with other people's programs")
struct DigestTests {
    private static let text = String((0..<500).map { "line \($0) of a body\n" }.joined())

    /// The resources of the other tests, and how often `stored` was written.
    private static func router(_ stored: Locked<Int>) -> Router {
        let router = TestServer.router()
        router.put("stored") { _, _ in
            stored.withLock { $0 += 1 }
            return Response(.changed)
        }
        return router
    }

    /// What `sha256sum` says of a file, in hexadecimal.
    private static func sha256sum(_ file: String) async throws -> String {
        let result = try await PeerProcess("/usr/bin/sha256sum", [file]).end()
        let digits = String(result.output.prefix { $0 != " " })
        try #require(result.status == 0 && digits.count == 64, "\(result.transcript)")
        return digits
    }

    /// An HMAC by Python's own module, put together as docs/digest.md says: of a request's body, or of a response's, with its code
    /// and the request's tag.
    private static func hmac(
        _ key: String, _ method: UInt8, _ segment: String, _ body: String, code: UInt8 = 0, claimed: String = ""
    ) async throws -> String {
        let program = """
            import hashlib, hmac, struct, sys
            key, segment, body = [sys.argv[n].encode() for n in (1, 3, 4)]
            method, code, claimed = int(sys.argv[2]), int(sys.argv[5]), bytes.fromhex(sys.argv[6])
            head = b"coap-digest-1" + bytes([method, code]) + struct.pack(">HH", 0xffff, len(claimed)) + claimed
            head += struct.pack(">HH", 1, len(segment)) + segment + struct.pack(">H", 0)
            print(hmac.new(key, head + body, hashlib.sha256).hexdigest())
            """
        let result = try await PeerProcess.run(
            .aiocoap, ["-c", program, key, "\(method)", segment, body, "\(code)", claimed])
        try #require(result.status == 0 && result.text.count == 64, "\(result.transcript)")
        return result.text
    }

    @Test(
        "libcoap's client with a digest by sha256sum, in one message and in blocks",
        .needs(.coapClientOpenSSL, .coapClientGnuTLS, .coapClientNoTLS, .openssl), arguments: LibcoapClient.all)
    func libcoapClient(client: LibcoapClient) async throws {
        let folder = try TemporaryFolder()
        try folder.write("on\n", to: "small")
        try folder.write(Self.text, to: "large")
        let stored = Locked(0)
        try await TestServer.with(client.mode, router: Self.router(stored)) { uri in
            for (name, other, size) in [("small", "large", "1024"), ("large", "small", "256")] {
                let before = stored.withLock { $0 }
                let sum = try await Self.sha256sum(folder.path(name))
                let good = try await client.request(
                    "put", "\(uri)/stored", ["-f", folder.path(name), "-b", size, "-O", "65000,0x01\(sum)"])
                #expect(good.code == "2.04", "\(good)")
                #expect(stored.withLock { $0 } == before + 1)
                let wrong = try await Self.sha256sum(folder.path(other))
                let bad = try await client.request(
                    "put", "\(uri)/stored", ["-f", folder.path(name), "-b", size, "-O", "65000,0x01\(wrong)"])
                #expect(bad.code == "4.00", "\(bad)")
                #expect(bad.text?.contains("does not match its digest") == true, "\(bad)")
                #expect(stored.withLock { $0 } == before + 1)
            }
        }
    }

    @Test("libcoap's client asks for a digest and gets that of sha256sum", .needs(.coapClientOpenSSL, .openssl))
    func libcoapAsks() async throws {
        let folder = try TemporaryFolder()
        let client = LibcoapClient(peer: .coapClientOpenSSL, mode: .plain)
        let router = TestServer.router()
        router.get("large") { _, _ in Self.text }
        try await TestServer.with(client.mode, router: router) { uri in
            let answer = try await client.request(
                "get", "\(uri)/large", ["-o", folder.path("body"), "-O", "65000,0x01"])
            #expect(answer.code == "2.05", "\(answer.result.transcript.suffix(2_000))")
            let sum = try await Self.sha256sum(folder.path("body"))
            let bytes = Hexadecimal.decode(sum) ?? []
            let options = answer.messages.filter { $0.code == "2.05" }.map(\.options)
            #expect(options.count > 1 && options.allSatisfy { $0.contains("65000:") }, "\(options)")
            let session = try await CoAPClient.withSession(to: uri, security: .plain) { session in
                try await session.get("large", options: [.digest(.sha256)])
            }
            #expect(session.options.payloadDigest?.value == bytes && !bytes.isEmpty)
        }
    }

    @Test(
        "libcoap's server takes no notice of the option, in one message and in blocks",
        .needs(.coapServerOpenSSL, .coapServerGnuTLS, .coapServerNoTLS, .openssl),
        arguments: LibcoapServerTests.Server.all)
    func libcoapServer(server: LibcoapServerTests.Server) async throws {
        try await server.withSession { session in
            for text in ["on", Self.text] {
                let put = try await session.put("example_data", text: text, options: [.digest(.sha256)])
                #expect(put.code.isSuccess && put.options.payloadDigest == nil, "\(put)")
                let stored = try await session.get("example_data")
                #expect(stored.text == text)
                let error = await #expect(throws: CoAPError.self) {
                    try await session.get("example_data", options: [.digest(.sha256)])
                }
                #expect(error?.code == .digestMissing)
            }
        }
    }

    @Test("aiocoap's client", .needs(.aiocoap))
    func aiocoapClient() async throws {
        let folder = try TemporaryFolder()
        try folder.write("some text", to: "body")
        let sum = try await Self.sha256sum(folder.path("body"))
        let stored = Locked(0)
        try await TestServer.with(nil, router: Self.router(stored)) { uri in
            let arguments = ["--payload", "some text", "--content-format", "0"]
            let good = try await AiocoapAnswer.request(
                "put", "\(uri)/echo", arguments + ["--option", "65000=01\(sum)"])
            #expect(good.code == "2.04" && good.text == "some text", "\(good)")
            #expect(good.options?.contains { $0.number == 65000 && $0.value == "01\(sum)" } == true, "\(good)")
            let bad = try await AiocoapAnswer.request(
                "put", "\(uri)/stored", ["--payload", "other", "--option", "65000=01\(sum)"])
            #expect(bad.code == "4.00" && stored.withLock { $0 } == 0, "\(bad)")
            let large = try await AiocoapAnswer.request(
                "put", "\(uri)/stored", ["--payload-size", "5000", "--option", "65000=01\(sum)"])
            #expect(large.code == "4.00" && stored.withLock { $0 } == 0, "\(large)")
            let asked = try await AiocoapAnswer.request("get", "\(uri)/hello", ["--option", "65000=01"])
            #expect(asked.code == "2.05", "\(asked)")
            #expect(asked.options?.contains { $0.number == 65000 && $0.value.count == 66 } == true, "\(asked)")
        }
    }

    @Test("An HMAC made by Python's module, and the response's, which is of it", .needs(.aiocoap))
    func python() async throws {
        let secret = "a key of more than sixteen bytes"
        var configuration = ServerConfiguration()
        configuration.digestKeys = try DigestKeyTable([try DigestKey(id: "ops", key: Secret(secret.utf8))])
        let stored = Locked(0)
        let good = try await Self.hmac(secret, 3, "stored", "on")
        try await TestServer.with(nil, router: Self.router(stored), configuration: configuration) { uri in
            for (tag, code, count) in [(good, "2.04", 1), (try await Self.hmac(secret, 3, "echo", "on"), "4.00", 1)] {
                let answer = try await AiocoapAnswer.request(
                    "put", "\(uri)/stored", ["--payload", "on", "--option", "65000=02036f7073\(tag)"])
                #expect(answer.code == code && stored.withLock { $0 } == count, "\(answer)")
                let answered = answer.options?.first { $0.number == 65000 }?.value
                let expected = try await Self.hmac(secret, 3, "stored", "", code: 0x44, claimed: tag)
                #expect(answered == (code == "2.04" ? "02036f7073\(expected)" : nil), "\(answer)")
            }
        }
    }

    @Test("aiocoap's server takes no notice of the option", .needs(.aiocoap))
    func aiocoapServer() async throws {
        try await AiocoapServer.with { uri in
            try await CoAPClient.withSession(to: uri, security: .plain) { session in
                let bytes = Array(Self.text.utf8)
                for body in [[1, 2, 3], bytes] {
                    let put = try await session.put(
                        "echo", body, contentFormat: .octetStream, options: [.digest(.sha256)])
                    #expect(put.code == .changed && put.payload == body)
                }
            }
        }
    }
}
