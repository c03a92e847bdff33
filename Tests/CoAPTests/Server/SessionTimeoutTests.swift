// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Logging
import Testing

@Suite("DTLS sessions that end for want of messages", .timeLimit(.minutes(15)))
struct SessionTimeoutTests {
    /// A server that ends sessions soon, a client behind a relay, and what the server logs meanwhile.
    private func withSession(
        timeout: Duration,
        _ body: @escaping @Sendable (ClientSession, UDPRelay, AsyncStream<String>) async throws -> Void
    ) async throws {
        let key = try PreSharedKey(identity: "me", key: Secret("a key of sixteen and more".utf8))
        let router = Router()
        router.get("ok") { _, _ in "ok" }
        var configuration = ServerConfiguration()
        configuration.secureSessionTimeout = timeout
        let (listening, uris) = AsyncStream.makeStream(of: [CoAPURI].self)
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        let server = CoAPServer(
            endpoints: [.coaps("::1", port: 0)], security: .preSharedKeys(try PreSharedKeyTable([key])),
            router: router, configuration: configuration,
            logger: Logger(label: "test") { _ in LineStream(lines: line) },
            onListening: { uris.yield($0) })
        let running = Task {
            defer { line.finish() }
            try await server.run()
        }
        var iterator = listening.makeAsyncIterator()
        let uri = try #require(await iterator.next())[0]
        let relay = try UDPRelay(to: uri)
        defer { relay.stop() }
        var behind = uri
        behind.port = relay.port
        try await CoAPClient.withSession(to: behind, security: .preSharedKey(key)) { session in
            let answer = try await session.get("ok")
            #expect(answer.text == "ok")
            try await body(session, relay, lines)
        }
        running.cancel()
        try await running.value
    }

    @Test("A session whose peer is not heard ends, whatever comes from its address")
    func rebootedPeer() async throws {
        try await withSession(timeout: .seconds(3)) { _, relay, lines in
            // A device that lost its session knocks from the old address, with what DTLS does not let through.
            let record: [UInt8] = [23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 99, 0, 24] + [UInt8](repeating: 7, count: 24)
            let knocking = Task {
                while !Task.isCancelled {
                    relay.sendToServer(record)
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            for await line in lines where line.contains("not heard for too long") { break }
            knocking.cancel()
        }
    }

    @Test("Pings keep a session")
    func pings() async throws {
        try await withSession(timeout: .seconds(8)) { session, relay, _ in
            let clock = ContinuousClock()
            var last = clock.now
            var longest = Duration.zero
            var isKept = true
            for _ in 0..<36 where isKept {
                // libcoap answers four a second, and none in its first quarter of a second.
                try await Task.sleep(for: .milliseconds(300))
                isKept = (try? await session.ping()) != nil
                longest = max(longest, clock.now - last)
                last = clock.now
            }
            // On a host that stood still for long the session may be gone with good reason.
            if longest < .seconds(4) {
                #expect(isKept)
                #expect(relay.handshakes == 1)
            }
        }
    }
}
