// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import TestSupport

/// `openssl s_client`: a client that does what it is told and verifies nothing.
enum OpenSSLClient {
    /// Makes a handshake with a port of 127.0.0.1 and, once it stands, sends a request.
    ///
    /// - Parameters:
    ///   - arguments: credentials and the like.
    ///   - seconds: after which it is ended; a server with another key says nothing.
    /// - Returns: what it printed, and whether the request was answered.
    static func ask(
        _ port: UInt16, _ request: RawRequest, _ arguments: [String], version: String = "-dtls1_2",
        seconds: Double = 60
    ) async throws -> (output: String, isAnswered: Bool) {
        let client = try RunningProgram(
            "openssl",
            ["s_client", version, "-connect", "127.0.0.1:\(port)", "-no_ign_eof", "-mtu", "1200"] + arguments)
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [weak client] in client?.signal(SIGKILL) }
        // What it prints when the handshake is over, one way or the other.
        _ = await client.wait { $0.text.contains("Verify return code") }
        client.send(request.bytes)
        // An answer has the request's token; one that refuses, too.
        let isAnswered = await client.wait { $0.bytes.contains(request.message.token.bytes) }
        client.closeInput()
        let end = await client.end()
        return (end.text, isAnswered)
    }

    /// The arguments for a pre-shared key.
    static func key(_ identity: String, _ key: Secret) -> [String] {
        ["-cipher", "PSK-AES128-CCM8:@SECLEVEL=0", "-psk_identity", identity, "-psk", AttackFolder.digits(key)]
    }
}
