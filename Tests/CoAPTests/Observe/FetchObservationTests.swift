// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@Suite("Observing by FETCH, end to end (RFC 8132 §2.4)", .timeLimit(.minutes(5)))
struct FetchObservationTests {
    /// What a resource answers to a body: the body, and how often it has changed.
    private final class Fixture: Sendable {
        let resource: ObservableResource
        let bodies = Locked<[String]>([])
        private let changes = Locked(0)

        init(on router: Router) {
            let (changes, bodies) = (changes, bodies)
            resource = router.observable("f", method: .fetch) { request, _ in
                let body = String(decoding: request.payload, as: UTF8.self)
                bodies.withLock { $0.append(body) }
                return "\(body) \(changes.withLock { $0 })"
            }
        }

        func change() {
            changes.withLock { $0 += 1 }
            resource.changed()
        }
    }

    private static func request(_ body: String, _ path: String = "f") throws(CoAPError) -> Request {
        try Request(.fetch, path, contentFormat: .text, payload: Array(body.utf8))
    }

    /// Reads on until a value has this text.
    private static func read(_ states: inout ObservationStates.Iterator, until text: String) async throws {
        while let state = try await states.next() {
            guard case .value(let notification) = state else { continue }
            #expect(notification.response.code == .content && notification.sequence != nil)
            #expect(notification.response.text.first == text.first, "of another observation")
            if notification.response.text == text { return }
        }
        Issue.record("it ended before \(text) came")
    }

    @Test("Two bodies are two observations of one resource, and each gets its own values")
    func bodies() async throws {
        let router = Router()
        let fixture = Fixture(on: router)
        try await Loopback.withServer(router) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                try await session.observe(try Self.request("a")) { first in
                    var first = first.makeAsyncIterator()
                    try await Self.read(&first, until: "a 0")
                    try await session.observe(try Self.request("b")) { second in
                        var second = second.makeAsyncIterator()
                        try await Self.read(&second, until: "b 0")
                        #expect(fixture.resource.observerCount == 2)
                        for number in 1...5 {
                            fixture.change()
                            try await Self.read(&first, until: "a \(number)")
                            try await Self.read(&second, until: "b \(number)")
                        }
                    }
                    // The end of one is not the other's, though their path is the same.
                    #expect(fixture.resource.observerCount == 1)
                    fixture.change()
                    try await Self.read(&first, until: "a 6")
                }
                #expect(fixture.resource.observerCount == 0)
            }
        }
    }

    @Test("The same body is rendered once for all who observe it")
    func sharing() async throws {
        let router = Router()
        let fixture = Fixture(on: router)
        try await Loopback.withServer(router) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { one in
                try await CoAPClient.withSession(to: uris[0], security: .plain) { two in
                    try await one.observe(try Self.request("a")) { first in
                        var first = first.makeAsyncIterator()
                        try await Self.read(&first, until: "a 0")
                        try await two.observe(try Self.request("a")) { second in
                            var second = second.makeAsyncIterator()
                            try await Self.read(&second, until: "a 0")
                            let before = fixture.bodies.withLock { $0.count }
                            fixture.change()
                            try await Self.read(&first, until: "a 1")
                            try await Self.read(&second, until: "a 1")
                            #expect(fixture.bodies.withLock { $0[before...] } == ["a"])
                        }
                    }
                }
            }
        }
    }

    @Test("Values of several blocks come whole")
    func large() async throws {
        let router = Router()
        let text = Locked("first")
        let resource = router.observable("f", method: .fetch) { request, _ in
            String(
                repeating: "\(String(decoding: request.payload, as: UTF8.self)) \(text.withLock { $0 }) ", count: 400)
        }
        try await Loopback.withServer(router) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                try await session.observe(try Self.request("a")) { states in
                    var expected = ["first", "second"][...]
                    for try await state in states {
                        guard case .value(let notification) = state, let next = expected.popFirst() else { continue }
                        #expect(notification.response.text == String(repeating: "a \(next) ", count: 400))
                        guard let following = expected.first else { break }
                        text.withLock { $0 = following }
                        resource.changed()
                    }
                    #expect(expected.isEmpty)
                }
            }
        }
    }

    @Test("What changes something is not observed, nor what does not fit one message")
    func refusals() async throws {
        let router = Router()
        let fixture = Fixture(on: router)
        try await Loopback.withServer(router) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                for method in [CoAP.Method.put, .post, .delete, .patch, .iPatch] {
                    let error = await #expect(throws: CoAPError.self) {
                        try await session.observe(try Request(method, "f")) { _ in }
                    }
                    #expect(error?.code == .invalidArgument && error?.message.contains("\(method)") == true)
                }
                let large = await #expect(throws: CoAPError.self) {
                    try await session.observe(try Self.request(String(repeating: "a", count: 5_000))) { states in
                        for try await _ in states {}
                    }
                }
                #expect(large?.code == .tooLarge)
                #expect(fixture.bodies.withLock { $0.isEmpty })
            }
        }
    }
}
