// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Logging
import Metrics
import MetricsTestKit
import Testing

@Suite("Logs and counters")
struct ObservabilityTests {
    /// Keeps every line that is logged.
    private struct Recorder: LogHandler {
        let lines: Locked<[String]>
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let text = "\(event.level) \(event.message) \(all)"
            lines.withLock { $0.append(text) }
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
    }

    @Test("Requests are counted by route and code, handshakes by result; keys stand in no log")
    func counters() async throws {
        let metrics = TestMetrics()
        let lines = Locked<[String]>([])
        let secret = "a very secret key of many bytes"
        let router = Router()
        router.get("items/{name}") { _, context in context.parameters["name"] }
        let table = try PreSharedKeyTable([PreSharedKey(identity: "me", key: Secret(secret.utf8))])
        let (listening, continuation) = AsyncStream.makeStream(of: [CoAPURI].self)
        let logger = Logger(label: "test") { _ in Recorder(lines: lines) }
        try await withMetricsFactory(metrics) {
            let server = CoAPServer(
                endpoints: [.coaps("::1", port: 0)], security: .preSharedKeys(table), router: router, logger: logger,
                onListening: { continuation.yield($0) })
            let running = Task { try await server.run() }
            var iterator = listening.makeAsyncIterator()
            let uri = try #require(await iterator.next())[0]
            let security = try ClientSecurity.preSharedKey(identity: "me", key: Secret(secret.utf8))
            try await CoAPClient.withSession(to: uri, security: security, logger: logger) { session in
                for number in 0..<3 { _ = try await session.get("items/\(number)") }
                _ = try await session.get("nothing")
            }
            let stranger = try ClientSecurity.preSharedKey(identity: "stranger", key: Secret(secret.utf8))
            await #expect(throws: CoAPError.self) {
                try await CoAPClient.withSession(to: uri, security: stranger, logger: logger) { _ in }
            }
            running.cancel()
            try await running.value
        }
        let found = try metrics.expectCounter(
            "coap.server.requests", [("route", "/items/{name}"), ("code", "2.05"), ("identity", "psk")])
        #expect(found.totalValue == 3)
        let missing = try metrics.expectCounter(
            "coap.server.requests", [("route", "unmatched"), ("code", "4.04"), ("identity", "psk")])
        #expect(missing.totalValue == 1)
        let good = try metrics.expectCounter("coap.dtls.handshakes", [("result", "success")])
        #expect(good.totalValue == 1)
        let bad = try metrics.expectCounter("coap.dtls.handshakes", [("result", "unknown_psk_identity")])
        #expect(bad.totalValue == 1)
        // Each handshake is counted once, and the end of a session is none.
        #expect(metrics.counters.filter { $0.label == "coap.dtls.handshakes" }.count == 2)
        let all = lines.withLock { $0 }
        #expect(all.contains { $0.contains("/items/{name}") && $0.contains("psk:me") })
        let digits = Hexadecimal.encode(secret.utf8)
        #expect(!all.contains { $0.contains(secret) || $0.contains(digits) })
    }

    @Test("A handshake with a wrong key is counted, although nobody says a word about it", .timeLimit(.minutes(15)))
    func wrongKey() async throws {
        let metrics = TestMetrics()
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        let (listening, continuation) = AsyncStream.makeStream(of: [CoAPURI].self)
        let key = try PreSharedKey(identity: "me", key: Secret("a key of sixteen and more".utf8))
        let security = try ServerSecurity.preSharedKeys(PreSharedKeyTable([key]))
        var configuration = ServerConfiguration()
        configuration.handshakeTimeout = .seconds(5)
        let configured = configuration
        try await withMetricsFactory(metrics) {
            let server = CoAPServer(
                endpoints: [.coaps("::1", port: 0)], security: security, router: Router(), configuration: configured,
                logger: Logger(label: "test") { _ in LineStream(lines: line) },
                onListening: { continuation.yield($0) })
            let running = Task { try await server.run() }
            var iterator = listening.makeAsyncIterator()
            let uri = try #require(await iterator.next())[0]
            let wrong = try ClientSecurity.preSharedKey(identity: "me", key: Secret("another key, long enough".utf8))
            let client = Task { try await CoAPClient.withSession(to: uri, security: wrong) { _ in } }
            for await line in lines
            where line.contains("handshake failed: the identity 'me' is known, but the client's key differs") { break }
            client.cancel()
            _ = await client.result
            running.cancel()
            try await running.value
        }
        let found = try metrics.expectCounter("coap.dtls.handshakes", [("result", "wrong_key")])
        #expect(found.totalValue == 1)
    }

    @Test("Repetitions, drops, sessions and waiting requests are counted", .timeLimit(.minutes(15)))
    func traffic() async throws {
        let metrics = TestMetrics()
        var configuration = ServerConfiguration()
        configuration.maximumPlainSessions = 5
        let configured = configuration
        try await withMetricsFactory(metrics) {
            let router = Router()
            router.put("fast") { _, _ in Response(.changed) }
            router.get("slow") { _, _ in
                try await Task.sleep(for: .milliseconds(1))
                return "slow"
            }
            try await Loopback.withServer(router, configuration: configured) { uris in
                var options = Options()
                options.uriPath = ["fast"]
                // More peers than are remembered: those idle for longest make room.
                for number in UInt16(1)...30 {
                    let socket = try RawSocket(to: uris[0])
                    var request = Message(
                        type: .acknowledgement, code: Method.put.code, messageID: number, token: [1], options: options)
                    socket.send(request.bytes)
                    request.type = .confirmable
                    for _ in 0..<2 {
                        socket.send(request.bytes)
                        let answer = try #require(await RawHeader(socket.receive()))
                        #expect(answer.code == .changed && answer.messageID == number)
                    }
                }
                let answer = try await CoAPClient.withSession(to: uris[0], security: .plain) {
                    try await $0.get("slow")
                }
                #expect(answer.text == "slow")
            }
        }
        #expect(try metrics.expectCounter("coap.server.retransmissions").totalValue == 30)
        #expect(try metrics.expectCounter("coap.server.drops", [("reason", "type")]).totalValue == 30)
        let sessions = try metrics.expectMeter("coap.server.active_sessions").values
        #expect(sessions.last == 0 && sessions.max().map { (5...6).contains($0) } == true, "\(sessions)")
        let active = try metrics.expectMeter("coap.server.active_requests").values
        #expect(active.last == 0 && active.max() == 1, "\(active)")
    }
}
