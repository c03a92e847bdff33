// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Testing

/// `openssl s_client` names the one cipher it offers, so each of ours is seen to work.
@Suite("openssl s_client with our server", .needs(.openssl))
struct OpenSSLClientTests {
    /// GET /hello: confirmable, no token.
    private static let request: [UInt8] = [0x40, 0x01, 0x12, 0x34, 0xB5] + "hello".utf8

    private static let keyArguments = [
        "-psk_identity", TestKey.identity, "-psk", Hexadecimal.encode(Array(TestKey.key.utf8)),
    ]

    private static func client(_ uri: String, _ arguments: [String]) throws -> PeerProcess {
        let port = try CoAPURI(uri).port
        return try PeerProcess(
            try Peer.openssl.path,
            ["s_client", "-connect", "127.0.0.1:\(port)", "-no_ign_eof", "-mtu", "1200"] + arguments)
    }

    private static func fetchHello(_ client: PeerProcess, cipher: String) async throws {
        try await client.line(containing: "Cipher is \(cipher)")
        client.send(request)
        try await client.output(containing: "hello from swift")
        client.closeInput()
        let result = try await client.end()
        #expect(!result.output.contains("TLS session ticket:"))
    }

    @Test(
        "Each cipher for keys",
        arguments: [
            "PSK-AES128-CCM8", "PSK-AES128-CCM", "PSK-AES128-GCM-SHA256", "PSK-AES256-GCM-SHA384",
            "PSK-CHACHA20-POLY1305", "ECDHE-PSK-CHACHA20-POLY1305",
        ])
    func keyCipher(cipher: String) async throws {
        try await TestServer.with(.key) { uri in
            let client = try Self.client(uri, ["-dtls1_2", "-cipher", cipher] + Self.keyArguments)
            try await Self.fetchHello(client, cipher: cipher)
        }
    }

    @Test(
        "Each cipher for certificates",
        arguments: [
            "ECDHE-ECDSA-AES128-CCM8", "ECDHE-ECDSA-AES128-CCM", "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305",
        ])
    func certificateCipher(cipher: String) async throws {
        let certificates = try await TestCertificates.shared
        try await TestServer.with(.certificate) { uri in
            let client = try Self.client(
                uri,
                [
                    "-dtls1_2", "-cipher", cipher, "-cert", certificates.certificate(.device), "-key",
                    certificates.key(.device), "-CAfile", certificates.certificate(.authority), "-verify_hostname",
                    "localhost", "-verify_return_error",
                ])
            try await Self.fetchHello(client, cipher: cipher)
        }
    }

    @Test(
        "Ciphers without forward secrecy and authentication together, old ones, and old versions are refused",
        arguments: [
            ["-dtls1_2", "-cipher", "PSK-AES128-CBC-SHA256"], ["-dtls1_2", "-cipher", "ECDHE-PSK-AES128-CBC-SHA256"],
            ["-dtls1_2", "-cipher", "DHE-PSK-AES128-GCM-SHA256"], ["-dtls1", "-cipher", "PSK:@SECLEVEL=0"],
        ])
    func refusedCipher(arguments: [String]) async throws {
        try await TestServer.with(.key) { uri in
            let client = try Self.client(uri, arguments + Self.keyArguments)
            let result = try await client.end()
            #expect(result.status != 0)
            #expect(result.output.contains("Cipher is (NONE)"), "\(result.transcript)")
            let right = try await CoAPClient.withSession(to: uri, security: try TestKey.client()) { session in
                try await session.get("hello")
            }
            #expect(right.code == .content)
        }
    }

    @Test(
        "Certificate ciphers without authentication together or forward secrecy are refused",
        arguments: ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256"])
    func refusedCertificateCipher(cipher: String) async throws {
        let certificates = try await TestCertificates.shared
        try await TestServer.with(.certificate) { uri in
            let client = try Self.client(
                uri,
                [
                    "-dtls1_2", "-cipher", cipher, "-cert", certificates.certificate(.device), "-key",
                    certificates.key(.device),
                ])
            let result = try await client.end()
            #expect(result.status != 0)
            #expect(result.output.contains("Cipher is (NONE)"), "\(result.transcript)")
        }
    }

    @Test("A signal of CoAP over TCP neither ends the session nor is answered", arguments: [0xE4, 0xE5] as [UInt8])
    func signal(code: UInt8) async throws {
        try await TestServer.with(.key) { uri in
            let client = try Self.client(uri, ["-dtls1_2", "-cipher", "PSK-AES128-CCM8"] + Self.keyArguments)
            try await client.line(containing: "Cipher is PSK-AES128-CCM8")
            client.send([0x40, code, 0x12, 0x33])
            // The reset, before the next message goes out in a record of its own.
            try await client.output(containing: "p\u{0}\u{12}3")
            client.send(Self.request)
            try await client.output(containing: "hello from swift")
            client.closeInput()
            _ = try await client.end()
        }
    }

    @Test("A session cannot be taken up again: each handshake proves the identity anew", .needs(.coapServerOpenSSL))
    func noResumption() async throws {
        let folder = try TemporaryFolder()
        let arguments = ["-dtls1_2", "-cipher", "PSK", "-sess_out"]
        // A server that lets its peers resume makes the client write a file, so its absence means something.
        try await LibcoapServer.with(.coapServerOpenSSL, ["-k", TestKey.key]) { server in
            let client = try Self.client(server.secure, arguments + [folder.path("other")] + Self.keyArguments)
            try await client.output(containing: "TLS session ticket:")
            client.closeInput()
            _ = try await client.end()
            #expect(FileManager.default.fileExists(atPath: folder.path("other")))
        }
        try await TestServer.with(.key) { uri in
            let client = try Self.client(uri, arguments + [folder.path("ours")] + Self.keyArguments)
            try await Self.fetchHello(client, cipher: "")
            #expect(!FileManager.default.fileExists(atPath: folder.path("ours")))
        }
    }
}
