// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Logging
import Metrics
import MetricsTestKit
import Testing

/// A DTLS server on `::1` whose log and counters a test reads.
final class LoggedServer {
    /// Where it listens.
    let uri: CoAPURI
    /// The lines that were read so far, each behind its level.
    private(set) var lines: [String] = []
    private let metrics: TestMetrics
    private var unread: AsyncStream<String>.Iterator

    private init(_ uri: CoAPURI, _ metrics: TestMetrics, _ unread: AsyncStream<String>.Iterator) {
        (self.uri, self.metrics, self.unread) = (uri, metrics, unread)
    }

    /// Reads the log until a line has a text in it.
    func line(containing text: String) async {
        while let next = await unread.next() {
            lines.append(next)
            if next.contains(text) { return }
        }
        Issue.record("the log ended without a line that contains: \(text)")
    }

    /// How many handshakes had a result by now.
    func handshakes(_ result: String) -> Int64 {
        metrics.counters.filter { counter in
            counter.label == "coap.dtls.handshakes" && counter.dimensions.contains { $0 == ("result", result) }
        }.reduce(0) { $0 + $1.totalValue }
    }

    /// Runs a server while a closure does.
    static func run(
        _ security: ServerSecurity, handshakeTimeout: Duration, _ body: (LoggedServer) async throws -> Void
    ) async throws {
        let metrics = TestMetrics()
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        let (listening, continuation) = AsyncStream.makeStream(of: [CoAPURI].self)
        var configuration = ServerConfiguration()
        configuration.handshakeTimeout = handshakeTimeout
        let configured = configuration
        try await withMetricsFactory(metrics) {
            let server = CoAPServer(
                endpoints: [.coaps("::1", port: 0)], security: security, router: Router(), configuration: configured,
                logger: Logger(label: "test") { _ in LineStream(lines: line, shown: ["coap.peer.identity"]) },
                onListening: { continuation.yield($0) })
            let running = Task { try await server.run() }
            defer { running.cancel() }
            var iterator = listening.makeAsyncIterator()
            let uri = try #require(await iterator.next())[0]
            try await body(LoggedServer(uri, metrics, lines.makeAsyncIterator()))
            running.cancel()
            try await running.value
        }
    }
}
