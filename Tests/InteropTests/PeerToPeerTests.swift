// SPDX-License-Identifier: Apache-2.0

import Testing

/// Other people's programs with each other: when one of these fails, the fault is not in this package.
@Suite("Peers with one another")
struct PeerToPeerTests {
    @Test(
        "libcoap with libcoap, by key",
        .needs(.coapClientOpenSSL, .coapClientGnuTLS, .coapServerOpenSSL, .coapServerGnuTLS),
        arguments: [Peer.coapClientOpenSSL, .coapClientGnuTLS], [Peer.coapServerOpenSSL, .coapServerGnuTLS])
    func libcoapByKey(client: Peer, server: Peer) async throws {
        try await LibcoapServer.with(server, ["-k", TestKey.key]) { server in
            let result = try await PeerProcess.run(
                client, ["-B", "10"] + TestKey.clientArguments + ["\(server.secure)/"])
            #expect(result.output.contains("libcoap"), "\(result.transcript)")
        }
    }

    @Test(
        "libcoap with libcoap, by certificate",
        .needs(.coapClientOpenSSL, .coapClientGnuTLS, .coapServerOpenSSL, .coapServerGnuTLS, .openssl),
        arguments: [Peer.coapClientOpenSSL, .coapClientGnuTLS], [Peer.coapServerOpenSSL, .coapServerGnuTLS])
    func libcoapByCertificate(client: Peer, server: Peer) async throws {
        let certificates = try await TestCertificates.shared
        func credentials(_ name: TestCertificates.Name) -> [String] {
            [
                "-c", certificates.certificate(name), "-j", certificates.key(name), "-C",
                certificates.certificate(.authority),
            ]
        }
        try await LibcoapServer.with(server, credentials(.server)) { server in
            let result = try await PeerProcess.run(client, ["-B", "10"] + credentials(.device) + ["\(server.secure)/"])
            #expect(result.output.contains("libcoap"), "\(result.transcript)")
        }
    }

    @Test("aiocoap's client with libcoap's server", .needs(.aiocoap, .coapServerOpenSSL))
    func aiocoapClient() async throws {
        try await LibcoapServer.with(.coapServerOpenSSL, ["-k", TestKey.key]) { server in
            let plain = try await AiocoapAnswer.request("get", "\(server.plain)/")
            #expect(plain.code == "2.05")
            let secure = try await AiocoapAnswer.request("get", "\(server.secure)/", key: TestKey.pair)
            #expect(secure.code == "2.05")
            #expect(secure.text?.contains("libcoap") == true)
        }
    }

    @Test("libcoap's client with aiocoap's server", .needs(.aiocoap, .coapClientOpenSSL, .coapClientNoTLS))
    func aiocoapServer() async throws {
        try await AiocoapServer.with { uri in
            let result = try await PeerProcess.run(.coapClientNoTLS, ["-B", "10", "\(uri)/separate"])
            #expect(result.text == "worth the wait")
        }
        try await AiocoapServer.with(key: TestKey.pair) { uri in
            let result = try await PeerProcess.run(
                .coapClientOpenSSL, ["-B", "10"] + TestKey.clientArguments + ["\(uri)/hello"])
            #expect(result.text == "hello from aiocoap")
        }
    }
}
