// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc
import TestSupport
import Testing

/// libcoap's own example server: the victim that shows what attacks do.
enum LibcoapServer {
    /// Starts one with a key, calls the closure with its DTLS port and the key, and ends it; the plain port is the one below.
    static func with<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: (UInt16, PreSharedKey) async throws -> Result
    ) async throws -> Result {
        let key = "a key of libcoap's"
        let port = try FreePorts.pair()
        let server = try RunningProgram(
            "coap-server-openssl", ["-v", "7", "-A", "127.0.0.1", "-p", "\(port)", "-d", "20", "-k", key])
        defer { server.signal(SIGKILL) }
        let isListening = await server.wait { $0.text.contains("created TLS  endpoint") }
        try #require(isListening, "coap-server-openssl, of Debian's libcoap3-bin, did not start: \(server.result.text)")
        return try await body(port + 1, try PreSharedKey(identity: "x", key: Secret(key.utf8)))
    }
}
