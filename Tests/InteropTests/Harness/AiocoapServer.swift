// SPDX-License-Identifier: Apache-2.0

/// The server made with aiocoap, running.
enum AiocoapServer {
    /// Starts the server on a free port, calls the closure with its URI when it listens, and stops it.
    ///
    /// - Parameters:
    ///   - key: identity and key to serve `coaps` with; nil serves `coap`.
    ///   - more: more arguments.
    static func with<Result>(
        key: (identity: String, key: String)? = nil, _ more: [String] = [],
        isolation: isolated (any Actor)? = #isolation, _ body: (String) async throws -> Result
    ) async throws -> Result {
        try await withProcess(key: key, more) { uri, _ in try await body(uri) }
    }

    /// As ``with(key:_:isolation:_:)``, for those who look at what it prints.
    static func withProcess<Result>(
        key: (identity: String, key: String)? = nil, _ more: [String] = [],
        isolation: isolated (any Actor)? = #isolation, _ body: (String, PeerProcess) async throws -> Result
    ) async throws -> Result {
        var arguments = [Peer.script("aiocoap_server.py"), "--host", "127.0.0.1", "--delay", "1"] + more
        if let key { arguments += ["--psk", key.identity, key.key] }
        let process = try PeerProcess(try Peer.aiocoap.path, arguments)
        let ready = try await process.line("its port") { $0.hasPrefix("ready ") }
        do {
            let result = try await body("\(key == nil ? "coap" : "coaps")://127.0.0.1:\(ready.dropFirst(6))", process)
            try await process.stop()
            return result
        } catch {
            try await process.stop()
            throw error
        }
    }
}
