// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@Suite("What a handler says of its representation stands in each notification", .timeLimit(.minutes(5)))
struct NotificationOptionsTests {
    /// A resource each state of which has a Max-Age and an entity-tag of its own.
    private final class Fixture: Sendable {
        let resource: ObservableResource
        private let state: Locked<UInt8>

        init(on router: Router, _ policy: NotificationPolicy, bodySize: Int, first: UInt8 = 0) {
            let state = Locked(first)
            self.state = state
            resource = router.observable("n", notifications: policy) { _, _ -> Response in
                let number = state.withLock { $0 }
                var response = Response(
                    .content, payload: Array(repeating: number, count: bodySize), contentFormat: .octetStream)
                response.options.maxAge = Fixture.maxAge(number)
                response.options.eTags = [Fixture.eTag(number)]
                return response
            }
        }

        func turn(_ number: UInt8) { state.withLock { $0 = number } }

        func set(_ number: UInt8) {
            turn(number)
            resource.changed()
        }

        /// From zero, which is a value, too, and has no byte, by way of the usual 60 to one of two bytes.
        static func maxAge(_ number: UInt8) -> UInt32 { UInt32(number) * 60 }
        static func eTag(_ number: UInt8) -> [UInt8] { [0xE0, number] }
    }

    private static let policies = [NotificationPolicy.confirmable, .nonConfirmable]

    @Test("Who wants to hear at least every two seconds is told that a value is no longer fresh then")
    func maximumPeriod() async throws {
        let router = Router()
        let fixture = Fixture(on: router, .nonConfirmable, bodySize: 4, first: 1)
        try await Loopback.withServer(router) { uris in
            let client = try ObservingSocket(to: uris[0])
            let first = try await client.answer("n?pmax=2", observe: 0)
            #expect(first.options.maxAge == 2)
            fixture.set(3)
            let notification = try await client.next()
            #expect(notification.options.maxAge == 2)
            // Each in its own measure.
            let other = try await ObservingSocket(to: uris[0]).answer("n", observe: 0)
            #expect(other.options.maxAge == 180)
        }
    }

    @Test("Max-Age and ETag of the state that is notified, confirmable or not", arguments: policies)
    func options(policy: NotificationPolicy) async throws {
        let router = Router()
        let fixture = Fixture(on: router, policy, bodySize: 4)
        try await Loopback.withServer(router) { uris in
            let client = try ObservingSocket(to: uris[0])
            let first = try await client.answer("n", observe: 0)
            #expect(first.options.maxAge == 0 && first.options.eTags == [Fixture.eTag(0)])
            for number in UInt8(1)...10 {
                fixture.set(number)
                let notification = try await client.next()
                #expect(notification.type == (policy == .confirmable ? .confirmable : .nonConfirmable))
                #expect(notification.payload == Array(repeating: number, count: 4))
                #expect(notification.options.maxAge == Fixture.maxAge(number))
                #expect(notification.options.eTags == [Fixture.eTag(number)])
                #expect(notification.options.contentFormat == .octetStream)
                if notification.type == .confirmable { client.acknowledge(notification) }
                // Behind the acknowledgement, a request whose answer shows that the server has passed it.
                _ = try await client.answer("n", token: [9])
            }
        }
    }

    @Test("A body of several blocks keeps the handler's own entity-tag in each of them")
    func blocks() async throws {
        let router = Router()
        let fixture = Fixture(on: router, .nonConfirmable, bodySize: 2_500)
        try await Loopback.withServer(router) { uris in
            let client = try ObservingSocket(to: uris[0])
            _ = try await client.answer("n", observe: 0)
            fixture.set(7)
            let notification = try await client.next()
            #expect(notification.options.block2?.hasMore == true && notification.options.observe != nil)
            #expect(notification.options.maxAge == Fixture.maxAge(7))
            #expect(notification.options.eTags == [Fixture.eTag(7)])
        }
    }

    @Test("The rest of a body is there for who observes with conditions, though the resource has changed")
    func blocksOfConditionalObserver() async throws {
        let router = Router()
        let fixture = Fixture(on: router, .nonConfirmable, bodySize: 2_500)
        try await Loopback.withServer(router) { uris in
            let client = try ObservingSocket(to: uris[0])
            _ = try await client.answer("n?c.pmin=0.001&x", observe: 0)
            fixture.set(7)
            let notification = try await client.next()
            #expect(notification.options.eTags == [Fixture.eTag(7)])
            // Nobody is told of this one.
            fixture.turn(8)
            let rest = try await client.answer(
                "n?c.pmin=0.001&x", token: [2], block2: BlockOption(number: 2, size: 1024))
            #expect(rest.options.eTags == [Fixture.eTag(7)])
            #expect(rest.payload == Array(repeating: 7, count: 2_500 - 2_048))
        }
    }

    @Test("Our client hands them out with each value")
    func client() async throws {
        let router = Router()
        // Not from zero: of that Max-Age every value is stale at once.
        let fixture = Fixture(on: router, .default, bodySize: 2_500, first: 1)
        try await Loopback.withServer(router) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                try await session.observe("n") { states in
                    var number: UInt8 = 1
                    for try await state in states {
                        guard case .value(let notification) = state else { continue }
                        let response = notification.response
                        #expect(response.payload == Array(repeating: number, count: 2_500))
                        #expect(response.options.maxAge == Fixture.maxAge(number))
                        #expect(response.options.eTags == [Fixture.eTag(number)])
                        if number == 10 { break }
                        number += 1
                        fixture.set(number)
                    }
                    #expect(number == 10)
                }
            }
        }
    }

    @Test("Who says nothing has neither in its notifications")
    func none() async throws {
        let router = Router()
        let resource = router.observable("n") { _, _ in "text" }
        try await Loopback.withServer(router) { uris in
            let client = try ObservingSocket(to: uris[0])
            _ = try await client.answer("n", observe: 0)
            resource.changed()
            let notification = try await client.next()
            #expect(notification.options.maxAge == nil && notification.options.eTags.isEmpty)
        }
    }
}
