// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

@Suite("Bodies that are read while they are sent, and blocks that nobody can send", .timeLimit(.minutes(5)))
struct BodyStreamServerTests {
    private struct Broken: Error {}

    private static func chunks(_ count: Int, of size: Int, thenFails: Bool = false) -> BodyStream {
        BodyStream(
            chunks: AsyncThrowingStream<[UInt8], any Error> { continuation in
                for number in 0..<count {
                    continuation.yield([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size))
                }
                continuation.finish(throwing: thenFails ? Broken() : nil)
            })
    }

    private static func router(_ calls: CallCounter = CallCounter()) -> Router {
        let router = Router()
        router.get("long") { _, _ in Response(stream: chunks(300, of: 1024), contentFormat: .octetStream) }
        router.get("broken") { _, _ in
            calls.increment()
            return Response(stream: chunks(3, of: 1000, thenFails: true), contentFormat: .octetStream)
        }
        router.get("small") { _, _ in Response(text: "small") }
        router.put("echo") { request, _ in Response(.changed, payload: request.payload) }
        return router
    }

    @Test("A sequence is not read far ahead for one who asks for its end")
    func farAhead() async throws {
        try await Asker.serve(Self.router()) { asker in
            let first = try await asker.ask(.get, "long", block2: BlockOption(number: 0, size: 1024))
            #expect(first.code == .content && first.options.block2?.hasMore == true)
            let far = try await asker.ask(.get, "long", block2: BlockOption(number: 250, size: 1024))
            #expect(far.code == .badRequest && String(decoding: far.payload, as: UTF8.self).contains("in order"))
            let next = try await asker.ask(.get, "long", block2: BlockOption(number: 1, size: 1024))
            #expect(next.code == .content && next.payload == [UInt8](repeating: 1, count: 1024))
        }
    }

    @Test("A sequence that breaks is never taken for whole")
    func broken() async throws {
        try await Asker.serve(Self.router()) { asker in
            var answer = try await asker.ask(.get, "broken", block2: BlockOption(number: 0, size: 1024))
            for number: UInt32 in 1...3 where answer.code == .content {
                #expect(answer.options.block2?.hasMore == true, "the body never ends well")
                answer = try await asker.ask(.get, "broken", block2: BlockOption(number: number, size: 1024))
            }
            #expect(answer.code == .internalServerError)
        }
    }

    @Test("A reader that is cancelled does not end the body for others")
    func cancelled() async throws {
        let source = BodyStream(
            chunks: AsyncStream<[UInt8]> { continuation in
                continuation.yield([1, 2, 3, 4])
                continuation.finish()
            })
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await source.read(at: 0, 8)
        }
        await #expect(throws: (any Error).self) { try await cancelled.value }
        // Whole or an error, but never a shorter body.
        let read = try? await source.read(at: 0, 8)
        #expect(read == nil || read == [1, 2, 3, 4])
    }

    @Test("What a sequence keeps to be read again counts as memory")
    func memory() {
        func size(_ stream: BodyStream) -> Int {
            ServerDownload(
                code: .content, options: Options(), payload: [], stream: stream, requestHash: 0, route: ("", -1)
            ).size
        }
        #expect(size(Self.chunks(1, of: 1)) >= 2 * 64 << 10)
        #expect(size(BodyStream { _, _ in [] }) == 0)
    }

    @Test("Blocks of what a FETCH asked for come from one answer, with its body and without")
    func fetch() async throws {
        let router = Router()
        let calls = CallCounter()
        router.fetch("f") { request, _ in
            calls.increment()
            return Response(stream: Self.chunks(3, of: 1000), contentFormat: .octetStream)
        }
        try await Asker.serve(router) { asker in
            let first = try await asker.ask(.fetch, "f", payload: [1])
            #expect(first.options.block2?.hasMore == true)
            for (number, payload) in [(UInt32(1), [UInt8]([1])), (2, [])] {
                let next = try await asker.ask(
                    .fetch, "f", block2: BlockOption(number: number, size: 1024), payload: payload)
                #expect(next.options.eTags == first.options.eTags)
            }
            #expect(calls.count == 1)
            let other = try await asker.ask(.fetch, "f", block2: BlockOption(number: 1, size: 1024), payload: [2])
            #expect(other.options.eTags != first.options.eTags && calls.count == 2)
        }
    }

    @Test("A block beyond all numbers in the server's size is the client's mistake")
    func tooFar() async throws {
        var configuration = ServerConfiguration()
        configuration.preferredBlockSize = 16
        try await Asker.serve(Self.router(), configuration) { asker in
            for block in [BlockOption(number: 1_048_575, size: 1024), BlockOption(number: 70_000, size: 256)] {
                let answer = try await asker.ask(.get, "small", block2: block)
                #expect(answer.code == .badRequest)
            }
            _ = try await asker.ask(.get, "long")
            let kept = try await asker.ask(.get, "long", block2: BlockOption(number: 1_048_575, size: 1024))
            #expect(kept.code == .badRequest)
        }
    }

    @Test("A first block with other bytes begins another body")
    func beginsAnew() async throws {
        try await Asker.serve(Self.router()) { asker in
            let ones = [UInt8](repeating: 1, count: 16)
            let twos = [UInt8](repeating: 2, count: 16)
            for payload in [ones, twos] {
                let begun = try await asker.ask(
                    .put, "echo", block1: BlockOption(number: 0, hasMore: true, size: 16), payload: payload)
                #expect(begun.code == .continue)
            }
            let whole = try await asker.ask(.put, "echo", block1: BlockOption(number: 1, size: 16), payload: [3])
            #expect(whole.code == .changed && whole.payload == twos + [3])
        }
    }
}
