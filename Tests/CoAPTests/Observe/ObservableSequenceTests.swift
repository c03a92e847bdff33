// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@Suite("Observing a sequence's newest element", .timeLimit(.minutes(15)))
struct ObservableSequenceTests {
    /// Makes streams, and counts how many were started and ended.
    private final class Source: Sendable {
        let started = CallCounter()
        let ended = CallCounter()
        private let current = Locked<AsyncThrowingStream<String, any Error>.Continuation?>(nil)

        func make() -> AsyncThrowingStream<String, any Error> {
            let (stream, continuation) = AsyncThrowingStream.makeStream(of: String.self, throwing: (any Error).self)
            continuation.onTermination = { [ended] _ in ended.increment() }
            current.withLock { $0 = continuation }
            started.increment()
            return stream
        }

        var continuation: AsyncThrowingStream<String, any Error>.Continuation {
            get async {
                while true {
                    if let continuation = current.withLock({ $0 }) { return continuation }
                    await Task.yield()
                }
            }
        }
    }

    private func withServer(
        _ body: @escaping @Sendable (Source, ObservableResource, CoAPURI) async throws -> Void
    ) async throws {
        let source = Source()
        let router = Router()
        let resource = router.observable("s") { source.make() }
        try await Loopback.withServer(router) { uris in try await body(source, resource, uris[0]) }
    }

    /// The next message that is no empty acknowledgement; acknowledges confirmable ones.
    private func content(_ client: ObservingSocket) async throws -> Message {
        while true {
            let message = try await client.next()
            if message.type == .confirmable { client.acknowledge(message) }
            if message.code != .empty { return message }
        }
    }

    @Test("The first observer starts it, each element is notified, and it ends some time after the last one")
    func lifetime() async throws {
        try await withServer { source, resource, uri in
            #expect(source.started.count == 0)
            let client = try ObservingSocket(to: uri)
            try client.request("s", observe: 0)
            await source.continuation.yield("1")
            #expect(try await content(client).payload == Array("1".utf8))
            await source.continuation.yield("2")
            #expect(try await content(client).payload == Array("2".utf8))
            // Whoever comes later gets what is there, without another start.
            let other = try ObservingSocket(to: uri)
            #expect(
                try await content(
                    try {
                        try other.request("s"); return other
                    }()
                ).payload == Array("2".utf8))
            #expect(source.started.count == 1 && source.ended.count == 0)
            #expect(resource.observerCount == 1)
            _ = try await client.answer("s", observe: 1)
            while source.ended.count == 0 { try await Task.sleep(for: .milliseconds(10)) }
            #expect(source.started.count == 1)
        }
    }

    @Test("A sequence that fails ends its observations with 5.00")
    func failure() async throws {
        try await withServer { source, resource, uri in
            let client = try ObservingSocket(to: uri)
            try client.request("s", observe: 0)
            await source.continuation.yield("1")
            #expect(try await content(client).options.observe != nil)
            struct Broken: Error {}
            await source.continuation.finish(throwing: Broken())
            let last = try await content(client)
            #expect(last.code == .internalServerError && last.options.observe == nil)
            #expect(resource.observerCount == 0)
        }
    }

    @Test("A sequence that ends leaves its last element and its observers; one without an element ends with 4.04")
    func end() async throws {
        try await withServer { source, resource, uri in
            let client = try ObservingSocket(to: uri)
            try client.request("s", observe: 0)
            await source.continuation.yield("1")
            _ = try await content(client)
            await source.continuation.finish()
            try client.request("s", token: [2])
            #expect(try await content(client).payload == Array("1".utf8))
            #expect(resource.observerCount == 1)
        }
        try await withServer { source, resource, uri in
            let client = try ObservingSocket(to: uri)
            try client.request("s", observe: 0)
            await source.continuation.finish()
            #expect(try await content(client).code == .notFound)
            #expect(resource.observerCount == 0)
        }
    }
}
