// SPDX-License-Identifier: Apache-2.0

/// One of libcoap's example servers, running.
struct LibcoapServer: Sendable {
    /// The program.
    let process: PeerProcess
    /// Its port for plain CoAP; the one above it is for DTLS.
    let port: UInt16

    /// The address it listens on, as a URI has it.
    let host: String

    /// Its DTLS endpoint.
    var secure: String { "coaps://\(host):\(port + 1)" }
    /// Its plain endpoint.
    var plain: String { "coap://\(host):\(port)" }

    /// Starts a server, on free ports unless told where, calls the closure when it listens, and stops it.
    static func with<Result>(
        _ peer: Peer, _ arguments: [String] = [], host: String = "127.0.0.1", port: UInt16? = nil,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (LibcoapServer) async throws -> Result
    ) async throws -> Result {
        let port = try port ?? FreePort.pair()
        // At this level it says when it listens, and what it receives.
        let process = try PeerProcess(
            try peer.path, ["-v", "7", "-A", host, "-p", "\(port)", "-d", "20"] + arguments)
        // Without credentials it has no endpoint for DTLS.
        let last = arguments.isEmpty ? "created TCP  endpoint" : "created TLS  endpoint"
        try await process.line(containing: last)
        let server = LibcoapServer(
            process: process, port: port, host: host.contains(":") ? "[\(host)]" : host)
        do {
            let result = try await body(server)
            try await process.stop()
            return result
        } catch {
            try await process.stop()
            throw error
        }
    }
}
