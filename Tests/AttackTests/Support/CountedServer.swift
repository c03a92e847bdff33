// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Metrics
import MetricsTestKit

/// A DTLS server with keys for `device-0` to `device-9` whose counters a test reads.
enum CountedServer {
    static func security(_ number: Int = 0) throws -> ClientSecurity { .preSharedKey(try key(number)) }

    private static func key(_ number: Int) throws -> PreSharedKey {
        try PreSharedKey(identity: "device-\(number)", key: Secret("a key of sixteen and more".utf8))
    }

    static func run(
        _ configuration: ServerConfiguration = ServerConfiguration(),
        _ body: @escaping @Sendable (CoAPURI, TestMetrics) async throws -> Void
    ) async throws {
        let metrics = TestMetrics()
        let keys = try (0..<10).map(key)
        try await withMetricsFactory(metrics) {
            let router = Router()
            router.get("ok") { _, _ in "ok" }
            try await Loopback.withServer(
                router, endpoints: [.coaps("127.0.0.1", port: 0)],
                security: .preSharedKeys(try PreSharedKeyTable(keys)), configuration: configuration
            ) { uris in try await body(uris[0], metrics) }
        }
    }
}

extension TestMetrics {
    /// How often a counter has counted; 0 before the first time.
    func count(_ label: String, _ dimension: String? = nil) -> Int {
        counters.filter { counter in
            counter.label == label && (dimension == nil || counter.dimensions.contains { $0.1 == dimension })
        }.reduce(0) { $0 + Int($1.totalValue) }
    }
}
