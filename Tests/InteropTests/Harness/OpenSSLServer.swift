// SPDX-License-Identifier: Apache-2.0

/// `openssl s_server`: DTLS without CoAP, and stricter than libcoap's servers about the certificates of its clients.
enum OpenSSLServer {
    /// Starts a server that demands a good certificate, calls the closure with its URI when it listens, and stops it.
    ///
    /// - Parameters:
    ///   - credentials: as for libcoap's programs: `-c` certificate, `-j` key, `-C` authority; and any other option.
    ///   - version: the one version it speaks.
    ///   - demands: false for one that takes clients without a certificate.
    static func with<Result>(
        _ credentials: [String], version: String = "-dtls1_2", demands: Bool = true,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (String) async throws -> Result
    ) async throws -> Result {
        let names = ["-c": "-cert", "-j": "-key", "-C": "-CAfile"]
        let port = try FreePort.pair()
        let process = try PeerProcess(
            try Peer.openssl.path,
            [
                "s_server", version, "-accept", "127.0.0.1:\(port)", "-mtu", "1200",
            ] + (demands ? ["-Verify", "2", "-verify_return_error"] : [])
                + credentials.map { names[$0] ?? $0 })
        try await process.line(containing: "ACCEPT")
        do {
            let result = try await body("coaps://127.0.0.1:\(port)")
            try await process.stop()
            return result
        } catch {
            try await process.stop()
            throw error
        }
    }
}
