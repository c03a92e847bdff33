// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

/// Client and server of this library, with a good link and with bad ones between them.
@Suite("Observing, end to end", .timeLimit(.minutes(5)))
struct ServerObservationTests {
    private final class Number: Sendable {
        private let value = Locked(0)
        var text: String { value.withLock { "\($0)" } }
        func increment() { value.withLock { $0 += 1 } }
    }

    private static func configuration() -> ClientConfiguration {
        var configuration = ClientConfiguration.patient
        configuration.transmission.ackTimeout = .seconds(1)
        return configuration
    }

    @Test("Each change arrives, and the server forgets the client at the end")
    func changes() async throws {
        let router = Router()
        let number = Number()
        let resource = router.observable("n") { _, _ in number.text }
        try await Loopback.withServer(router) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                try await session.observe("n") { states in
                    var expected = 0
                    for try await state in states {
                        guard case .value(let notification) = state else { continue }
                        #expect(notification.response.text == "\(expected)")
                        #expect(notification.sequence != nil)
                        expected += 1
                        if expected == 50 { break }
                        number.increment()
                        resource.changed()
                    }
                    #expect(resource.observerCount == 1)
                }
                #expect(resource.observerCount == 0)
            }
        }
    }

    @Test("Values of several blocks arrive whole (RFC 7959 §2.6)")
    func largeValues() async throws {
        let router = Router()
        let number = Number()
        let resource = router.observable("n") { _, _ in String(repeating: "\(number.text) ", count: 1_500) }
        try await Loopback.withServer(router) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                try await session.observe("n") { states in
                    var expected = 0
                    for try await state in states {
                        guard case .value(let notification) = state else { continue }
                        #expect(notification.response.text == String(repeating: "\(expected) ", count: 1_500))
                        #expect(notification.response.options.observe != nil)
                        expected += 1
                        if expected == 10 { break }
                        number.increment()
                        resource.changed()
                    }
                }
            }
        }
    }

    @Test("The end of the resource ends the observation")
    func ended() async throws {
        let router = Router()
        let resource = router.observable("n") { _, _ in "here" }
        try await Loopback.withServer(router) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                try await session.observe("n") { states in
                    var last: ObservationState?
                    for try await state in states {
                        if last == nil { resource.end(with: Response(.notFound)) }
                        last = state
                    }
                    #expect(last == .ended(.response(Response(.notFound))))
                }
            }
        }
    }

    @Test("With nearly a third of the datagrams lost in each direction the newest value arrives all the same")
    func lossy() async throws {
        let router = Router()
        let number = Number()
        let resource = router.observable("n", notifications: .confirmable) { _, _ -> Response in
            var response = Response(text: number.text)
            response.options.maxAge = 5
            return response
        }
        let key = try PreSharedKey(identity: "d", key: Secret("a key of sixteen and more".utf8))
        try await Loopback.withServer(
            router, endpoints: [.coaps("::1", port: 0)], security: .preSharedKeys(try PreSharedKeyTable([key]))
        ) { uris in
            let link = try FaultyLink(to: uris[0], toServer: .loss(0.3), toClient: .loss(0.3), seed: 1)
            defer { link.stop() }
            try await CoAPClient.withSession(
                to: link.uri(for: uris[0]), security: .preSharedKey(key), configuration: Self.configuration()
            ) { session in
                var options = ObservationConfiguration()
                options.deregistrationTimeout = .zero
                options.minimumRenewalDelay = .zero
                options.maximumRenewalDelay = .seconds(1)
                try await session.observe("n", configuration: options) { states in
                    for try await state in states {
                        guard case .value(let notification) = state else { continue }
                        if notification.response.text == "5" { break }
                        // A notification that was lost is sent again; the newest one makes up for those between.
                        if notification.response.text == number.text {
                            number.increment()
                            resource.changed()
                        }
                    }
                }
            }
        }
    }

    @Test("A server that was started anew is registered at again")
    func restarted() async throws {
        let key = try PreSharedKey(identity: "d", key: Secret("a key of sixteen and more".utf8))
        let security = ServerSecurity.preSharedKeys(try PreSharedKeyTable([key]))
        let (started, next) = AsyncStream.makeStream(of: CoAPURI.self)
        var first: Task<Void, any Error>?
        func serve(_ text: String, port: UInt16) -> Task<Void, any Error> {
            Task {
                let router = Router()
                router.observable("n") { _, _ -> Response in
                    var response = Response(text: text)
                    response.options.maxAge = 1
                    return response
                }
                try await Loopback.withServer(
                    router, endpoints: [.coaps("::1", port: port)], security: security
                ) { uris in
                    next.yield(uris[0])
                    try await Task.sleep(for: .seconds(600))
                }
            }
        }
        first = serve("first", port: 0)
        var iterator = started.makeAsyncIterator()
        let uri = try #require(await iterator.next())
        var options = ObservationConfiguration()
        options.tolerance = .zero
        options.minimumRenewalDelay = .zero
        options.maximumRenewalDelay = .milliseconds(100)
        var second: Task<Void, any Error>?
        try await CoAPClient.withSession(
            to: uri, security: .preSharedKey(key), configuration: Self.configuration()
        ) { session in
            try await session.observe("n", configuration: options) { states in
                for try await state in states {
                    guard case .value(let notification) = state else { continue }
                    if notification.response.text == "second" { break }
                    if let running = first {
                        running.cancel()
                        _ = await running.result
                        first = nil
                        second = serve("second", port: uri.port)
                    }
                }
            }
        }
        second?.cancel()
        _ = await second?.result
    }
}
