// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@Suite("libcoap's clients under a policy", .needs(.coapClientOpenSSL, .coapClientGnuTLS, .coapClientNoTLS, .openssl))
struct PolicyTests {
    private static func router(_ access: AccessControl) -> Router {
        let router = TestServer.router()
        router.add(access)
        return router
    }

    private static let policy = AccessPolicy {
        Allow("psk:device-1", .read, "hello", "items/*", "who")
        Allow("psk:device-1", .put, "own/{identity}")
        Allow("cert:device", .all, "echo", "text")
        Allow("dns:device.example", .read, "long")
        Allow("anonymous", .read, "who")
    }

    @Test("Each kind of peer discovers what it may use, and no more", arguments: LibcoapClient.all)
    func discovery(client: LibcoapClient) async throws {
        try await TestServer.with(client.mode, router: Self.router(AccessControl(Self.policy))) { uri in
            let answer = try await client.request("get", "\(uri)/.well-known/core")
            let expected =
                switch client.mode {
                case .plain: "</who>"
                case .key: "</hello>;rt=\"greeting\",</who>"
                case .certificate: "</long>,</echo>,</text>"
                }
            #expect(answer.code == "2.05" && answer.text == expected, "\(answer)")
        }
    }

    @Test(
        "Who is refused gets 4.03, and 4.01 without a credential, whether or not it exists",
        arguments: LibcoapClient.all)
    func refusals(client: LibcoapClient) async throws {
        try await TestServer.with(client.mode, router: Self.router(AccessControl(Self.policy))) { uri in
            let refusal = client.mode == .plain ? "4.01" : "4.03"
            for (method, path) in [
                ("get", "query"), ("get", "nothing"), ("put", "counter"), ("delete", "item"), ("put", "hello"),
                ("get", "items/a/b"), ("put", "own/someone"),
            ] {
                let answer = try await client.request(method, "\(uri)/\(path)")
                #expect(answer.code == refusal, "\(method) \(path): \(answer)")
            }
            let allowed = client.mode == .certificate ? "long" : "who"
            let answer = try await client.request("get", "\(uri)/\(allowed)")
            #expect(answer.code == "2.05", "\(answer)")
            guard client.mode == .key else { return }
            // A slash within a segment divides nothing.
            let item = try await client.request("get", "\(uri)/items/a%2Fb")
            #expect(item.text == "a/b", "\(item)")
            let own = try await client.request("put", "\(uri)/own/device-1")
            #expect(own.code == "4.04", "\(own)")
        }
    }
}
