// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Testing

/// Clients that were killed and come again from the same port, as a device with a fixed port does (RFC 6347 §4.2.8).
@Suite("Other people's clients that begin anew from their old port", .needs(.openssl, .coapClientOpenSSL))
struct RestartedClientTests {
    @Test("openssl s_client, killed without a farewell", arguments: [SecurityMode.key, .certificate])
    func openssl(mode: SecurityMode) async throws {
        let source = try FreePort.pair()
        var credentials = [
            "-psk_identity", TestKey.identity, "-psk", Hexadecimal.encode(Array(TestKey.key.utf8)), "-cipher", "PSK",
        ]
        if mode == .certificate {
            let certificates = try await TestCertificates.shared
            credentials = [
                "-cert", certificates.certificate(.device), "-key", certificates.key(.device), "-CAfile",
                certificates.certificate(.authority), "-verify_return_error",
            ]
        }
        let arguments = ["-dtls1_2", "-bind", "127.0.0.1:\(source)", "-no_ign_eof", "-mtu", "1200"] + credentials
        try await TestServer.with(mode) { uri in
            let port = try CoAPURI(uri).port
            for _ in 0..<3 {
                let client = try PeerProcess(
                    try Peer.openssl.path, ["s_client", "-connect", "127.0.0.1:\(port)"] + arguments)
                try await client.line(containing: "Cipher is ")
                client.send([0x40, 0x01, 0x12, 0x34, 0xB5] + "hello".utf8)
                try await client.output(containing: "hello from swift")
                try await client.kill()
            }
        }
    }

    @Test("libcoap's client, killed while it waits for an answer")
    func libcoap() async throws {
        let source = try FreePort.pair()
        try await TestServer.with(.key) { uri in
            for _ in 0..<3 {
                let client = try PeerProcess(
                    try Peer.coapClientOpenSSL.path,
                    ["-v", "7", "-B", "60", "-p", "\(source)", "-m", "get"] + TestKey.clientArguments
                        + ["\(uri)/separate"])
                try await client.line(containing: "session connected")
                try await client.kill()
            }
            let last = LibcoapClient(peer: .coapClientOpenSSL, mode: .key)
            let answer = try await last.request("get", "\(uri)/hello", ["-p", "\(source)"])
            #expect(answer.text == "hello from swift", "\(answer)")
        }
    }
}
