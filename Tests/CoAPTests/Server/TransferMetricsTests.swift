// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Metrics
import MetricsTestKit
import Testing

/// Bodies in blocks: each block is a request of its route, so that the counters show what a transfer costs (RFC 7959).
@Suite("What is counted of transfers", .timeLimit(.minutes(5)))
struct TransferMetricsTests {
    private static func counted(
        _ configuration: ServerConfiguration = ServerConfiguration(), _ register: @escaping (Router) -> Void,
        _ body: @escaping @Sendable (ClientSession) async throws -> Void
    ) async throws -> TestMetrics {
        let metrics = TestMetrics()
        try await withMetricsFactory(metrics) {
            let router = Router()
            register(router)
            try await Loopback.withServer(router, configuration: configuration) { uris in
                try await CoAPClient.withSession(to: uris[0], security: .plain) { try await body($0) }
            }
        }
        return metrics
    }

    private static func requests(_ metrics: TestMetrics, _ route: String, _ code: String) throws -> Int64 {
        try metrics.expectCounter(
            "coap.server.requests", [("route", route), ("code", code), ("identity", "anonymous")]
        ).totalValue
    }

    @Test("A body of ten blocks is read by ten requests, and its handler is asked once")
    func download() async throws {
        let calls = CallCounter()
        let metrics = try await Self.counted { router in
            router.get("big") { _, _ in
                calls.increment()
                return Response(.content, payload: BlockBody.bytes(10 * 1024), contentFormat: .octetStream)
            }
        } _: { session in
            let response = try await session.get("big")
            #expect(response.payload == BlockBody.bytes(10 * 1024))
        }
        #expect(calls.count == 1)
        #expect(try Self.requests(metrics, "/big", "2.05") == 10)
        #expect(try metrics.expectTimer("coap.server.request.duration").values.count == 10)
    }

    @Test("A body that is put counts its blocks by 2.31, and the end by its own code")
    func upload() async throws {
        let metrics = try await Self.counted { router in
            router.put("big") { request, _ in Response(request.payload.count == 10_000 ? .changed : .badRequest) }
        } _: { session in
            let response = try await session.put("big", BlockBody.bytes(10_000), contentFormat: .octetStream)
            #expect(response.code == .changed)
        }
        #expect(try Self.requests(metrics, "/big", "2.31") == 9)
        #expect(try Self.requests(metrics, "/big", "2.04") == 1)
    }

    @Test("What is refused for its size is counted, and nothing waits when it is over")
    func refused() async throws {
        var configuration = ServerConfiguration()
        configuration.maximumBodySize = 2_000
        let metrics = try await Self.counted(configuration) { router in
            router.put("small") { _, _ in Response(.changed) }
            router.upload(.put, "stream", maximumSize: 100_000) { _, _, body in
                var size = 0
                for try await part in body { size += part.count }
                return Response(.changed, text: "\(size)")
            }
        } _: { session in
            let large = try await session.put("small", BlockBody.bytes(5_000), contentFormat: .octetStream)
            #expect(large.code == .requestEntityTooLarge)
            let streamed = try await session.put("stream", BlockBody.bytes(5_000), contentFormat: .octetStream)
            #expect(streamed.text == "5000")
        }
        #expect(try Self.requests(metrics, "/small", "4.13") == 1)
        #expect(try Self.requests(metrics, "/stream", "2.31") == 4)
        #expect(try Self.requests(metrics, "/stream", "2.04") == 1)
        let active = try? metrics.expectMeter("coap.server.active_requests").values
        #expect(active?.last ?? 0 == 0)
        let sessions = try metrics.expectMeter("coap.server.active_sessions").values
        #expect(sessions == [1, 0], "\(sessions)")
    }
}
