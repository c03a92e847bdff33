// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Metrics
import MetricsTestKit
import Testing

/// They take the time that RFC 7252 gives a peer, one to one and a half minutes: servers do not shorten it.
@Suite("Observers that never acknowledge (RFC 7641 §4.5.2)", .timeLimit(.minutes(15)))
struct UnacknowledgedNotificationTests {
    @Test("After four repetitions the peer is given up, with all it observes, and that is counted once")
    func givenUp() async throws {
        let metrics = TestMetrics()
        try await withMetricsFactory(metrics) {
            let router = Router()
            let silent = router.observable("silent", notifications: .confirmable) { _, _ in "1" }
            let other = router.observable("other", notifications: .confirmableEvery(3)) { _, _ in "2" }
            try await Loopback.withServer(router) { uris in
                let client = try ObservingSocket(to: uris[0])
                _ = try await client.answer("silent", token: [1], observe: 0)
                _ = try await client.answer("other", token: [2], observe: 0)
                let witness = try ObservingSocket(to: uris[0])
                _ = try await witness.answer("other", token: [3], observe: 0)
                #expect(silent.observerCount == 1 && other.observerCount == 2)
                let started = ContinuousClock.now
                silent.changed()
                let first = try await client.nextOrCopy()
                #expect(first.type == .confirmable && first.token.bytes == [1])
                for _ in 1...4 {
                    let copy = try await client.nextOrCopy()
                    #expect(copy.bytes == first.bytes)
                }
                // It is still waited for: the last wait is the longest.
                #expect(silent.observerCount == 1)
                while silent.observerCount > 0 { try await Task.sleep(for: .milliseconds(20)) }
                // 2 to 3 s, and 2, 4, 8 and 16 times that.
                #expect(ContinuousClock.now - started >= .seconds(62))
                #expect(other.observerCount == 1)
                // Who did nothing wrong is notified on, and nobody else.
                other.changed()
                let notified = try await witness.next()
                #expect(notified.payload == Array("2".utf8) && notified.options.observe != nil)
                let isSilent = await client.isSilent()
                #expect(isSilent)
                // It may come back.
                let again = try await client.answer("silent", token: [1], observe: 0)
                #expect(again.options.observe != nil && silent.observerCount == 1)
            }
        }
        #expect(try metrics.expectCounter("coap.server.drops", [("reason", "unacknowledged")]).totalValue == 1)
        let relations = try metrics.expectMeter("coap.observe.relations").values
        #expect(relations == [1, 2, 3, 2, 1, 2, 1, 0], "\(relations)")
        // Repetitions are no notifications of their own.
        #expect(try metrics.expectCounter("coap.observe.notifications", [("type", "con")]).totalValue == 1)
        #expect(try metrics.expectCounter("coap.observe.notifications", [("type", "non")]).totalValue == 1)
    }

    @Test("Newer values in between do not make it last longer")
    func newerValues() async throws {
        let router = Router()
        let number = CallCounter()
        let resource = router.observable("n", notifications: .confirmable) { _, _ in "\(number.increment())" }
        try await Loopback.withServer(router) { uris in
            let client = try ObservingSocket(to: uris[0])
            _ = try await client.answer("n", observe: 0)
            // So often that there is a newer one whenever one is repeated.
            let changing = Task {
                while !Task.isCancelled {
                    resource.changed()
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            defer { changing.cancel() }
            var messages: [Message] = []
            while messages.count(where: { $0.type == .confirmable }) < 5 {
                messages.append(try await client.nextOrCopy())
            }
            while resource.observerCount > 0 { try await Task.sleep(for: .milliseconds(20)) }
            // What is left goes out once.
            while let datagram = await client.socket.receive(milliseconds: 150) {
                messages.append(try #require(Message(datagram)))
            }
            // Each repetition brings the newest value, in a message of its own; between them one goes out every three seconds.
            let types = messages.map(\.type)
            #expect(types.count { $0 == .confirmable } == 5 && types.count { $0 == .nonConfirmable } <= 31, "\(types)")
            let payloads = messages.compactMap { Int(String(decoding: $0.payload, as: UTF8.self)) }
            #expect(zip(payloads, payloads.dropFirst()).allSatisfy(<=), "\(payloads)")
            #expect(payloads.count == messages.count)
            // On a machine too busy to change it in between a repetition is a copy; a message id never stands for two values.
            #expect(Set(messages.map(\.messageID)).count == Set(messages.map(\.bytes)).count)
            let confirmable = messages.filter { $0.type == .confirmable }
            #expect(Set(confirmable.map(\.payload)).count > 1)
        }
    }
}
