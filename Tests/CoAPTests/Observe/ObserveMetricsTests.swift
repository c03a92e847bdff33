// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Metrics
import MetricsTestKit
import Testing

@Suite("What is counted of observations", .timeLimit(.minutes(5)))
struct ObserveMetricsTests {
    /// Serves a resource every second notification of which is confirmable; gives what was counted when the server has stopped.
    private static func counted(
        _ body: @escaping @Sendable (ObservableResource, CoAPURI) async throws -> Void
    ) async throws -> TestMetrics {
        let metrics = TestMetrics()
        try await withMetricsFactory(metrics) {
            let router = Router()
            let resource = router.observable("n", notifications: .confirmableEvery(2)) { _, _ in "1" }
            router.get("plain") { _, _ in "still" }
            try await Loopback.withServer(router) { uris in try await body(resource, uris[0]) }
        }
        return metrics
    }

    private static func relations(_ metrics: TestMetrics) throws -> [Double] {
        try metrics.expectMeter("coap.observe.relations").values
    }

    private static func notifications(_ metrics: TestMetrics, _ type: String) throws -> Int64 {
        try metrics.expectCounter("coap.observe.notifications", [("type", type)]).totalValue
    }

    @Test("The gauge goes up with each registration, down with each end, and back to none")
    func gauge() async throws {
        let metrics = try await Self.counted { resource, uri in
            let client = try ObservingSocket(to: uri)
            _ = try await client.answer("n", token: [1], observe: 0)
            _ = try await client.answer("n", token: [2], observe: 0)
            _ = try await client.answer("n", token: [3], observe: 0)
            // These register nothing.
            _ = try await client.answer("plain", token: [4], observe: 0)
            _ = try await client.answer("n", token: [5])
            _ = try await client.answer("nothing", token: [6], observe: 0)
            // One ends by its wish, one by a reset.
            _ = try await client.answer("n", token: [1], observe: 1)
            resource.changed()
            let notified = [try await client.next(), try await client.next()]
            let refused = try #require(notified.first { $0.token.bytes == [2] })
            client.reset(refused)
            _ = try await client.answer("plain", token: [9])
            #expect(resource.observerCount == 1)
            // The third one ends with the server.
        }
        let relations = try Self.relations(metrics)
        #expect(relations == [1, 2, 3, 2, 1, 0], "\(relations)")
        #expect(try Self.notifications(metrics, "terminal") == 1)
    }

    @Test("A registration in the place of another one leaves the gauge where it was")
    func replacement() async throws {
        let metrics = try await Self.counted { resource, uri in
            let client = try ObservingSocket(to: uri)
            for _ in 0..<3 { _ = try await client.answer("n", observe: 0) }
            #expect(resource.observerCount == 1)
            _ = try await client.answer("n", observe: 1)
        }
        let relations = try Self.relations(metrics)
        #expect(relations.last == 0 && relations.min() == 0 && relations.max() == 1, "\(relations)")
    }

    @Test("Notifications are counted by their type, one for each observer")
    func notifications() async throws {
        let metrics = try await Self.counted { resource, uri in
            let clients = [try ObservingSocket(to: uri), try ObservingSocket(to: uri), try ObservingSocket(to: uri)]
            for client in clients { _ = try await client.answer("n", observe: 0) }
            for number in 1...6 {
                resource.changed()
                for client in clients {
                    let message = try await client.next()
                    #expect(message.type == (number.isMultiple(of: 2) ? .confirmable : .nonConfirmable))
                    guard message.type == .confirmable else { continue }
                    client.acknowledge(message)
                    // Behind the acknowledgement: the next change must not find it outstanding.
                    _ = try await client.answer("plain", token: [9])
                }
            }
            resource.end(with: Response(.notFound))
            for client in clients {
                let last = try await client.next()
                #expect(last.code == .notFound)
                client.acknowledge(last)
            }
        }
        #expect(try Self.notifications(metrics, "con") == 9)
        #expect(try Self.notifications(metrics, "non") == 9)
        #expect(try Self.notifications(metrics, "terminal") == 3)
        let relations = try Self.relations(metrics)
        #expect(relations == [1, 2, 3, 2, 1, 0], "\(relations)")
    }

    @Test("Sessions that end take their observations off the gauge")
    func sessions() async throws {
        let metrics = TestMetrics()
        let key = try PreSharedKey(identity: "d", key: Secret("a key of sixteen and more".utf8))
        try await withMetricsFactory(metrics) {
            let router = Router()
            let resource = router.observable("n") { _, _ in "1" }
            try await Loopback.withServer(
                router, endpoints: [.coaps("::1", port: 0)], security: .preSharedKeys(try PreSharedKeyTable([key]))
            ) { uris in
                try await CoAPClient.withSession(to: uris[0], security: .preSharedKey(key)) { session in
                    // By bare requests, which nothing deregisters.
                    var request = try Request(.get, "n")
                    request.options.observe = 0
                    for _ in 0..<3 { _ = try await session.request(request) }
                    #expect(resource.observerCount == 3)
                }
                while resource.observerCount > 0 { try await Task.sleep(for: .milliseconds(5)) }
            }
        }
        let relations = try Self.relations(metrics)
        #expect(relations == [1, 2, 3, 2, 1, 0], "\(relations)")
        // Nobody was left to be told.
        let terminal = try? Self.notifications(metrics, "terminal")
        #expect(terminal ?? 0 == 0)
    }
}
