// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

@Suite("Handlers that read a body while it comes", .timeLimit(.minutes(5)))
struct StreamedUploadTests {
    private static let first = BlockOption(number: 0, hasMore: true, size: 16)
    private static let piece = [UInt8](repeating: 1, count: 16)

    /// Counts the bytes, when the gate is open.
    private static func router(_ gate: Gate? = nil) -> Router {
        let router = Router()
        router.upload(.put, "count") { _, _, body in
            await gate?.wait()
            var count = 0
            for try await piece in body { count += piece.count }
            // As when the whole is stored somewhere.
            try await Task.sleep(for: .milliseconds(20))
            return Response(.changed, text: "\(count)")
        }
        router.upload(.put, "refused") { _, _, _ -> Response in
            await gate?.wait()
            throw ResponseError(.forbidden)
        }
        router.upload(.put, "large") { _, _, body in
            for try await _ in body {}
            return Response(
                stream: BodyStream(size: 3_000) { Array(repeating: 7, count: min($1, 3_000 - $0)) },
                contentFormat: .octetStream)
        }
        router.get("x") { _, _ in "x" }
        return router
    }

    @Test("Of too many that wait for their next block the idlest is given up, and others are served")
    func limits() async throws {
        var configuration = ServerConfiguration()
        configuration.maximumRequests = 5
        try await Asker.serve(Self.router(), configuration) { asker in
            for tag in 0..<3 as Range<UInt8> {
                var options = Options()
                options.requestTags = [[tag]]
                let begun = try await asker.ask(
                    .put, "count", block1: Self.first, options: options, payload: Self.piece)
                #expect(begun.code == .continue)
                let served = try await asker.ask(.get, "x")
                #expect(served.code == .content)
            }
            // Two of them may wait: half of five.
            for (tag, code) in [(UInt8(0), Code.requestEntityIncomplete), (1, .changed), (2, .changed)] {
                var options = Options()
                options.requestTags = [[tag]]
                let done = try await asker.ask(
                    .put, "count", block1: BlockOption(number: 1, size: 16), options: options, payload: [1, 2])
                #expect(done.code == code)
            }
        }
    }

    @Test("What is given up before it was read is not kept")
    func forgotten() async throws {
        weak var leaked: Witness?
        try await {
            let witness = Witness()
            leaked = witness
            let router = Router()
            router.upload(.put, "unread") { [weak witness] _, _, _ -> Response in
                // Holds the body of the request, and through it whatever the body holds.
                _ = witness
                throw ResponseError(.forbidden)
            }
            router.upload(.put, "late") { _, context, body -> Response in
                witness.bodies.withLock { $0.append(WeakBody(body)) }
                try await Task.sleep(for: .seconds(3600))
                return Response(.changed)
            }
            try await Asker.serve(router) { asker in
                let begun = try await asker.ask(.put, "unread", block1: Self.first, payload: Self.piece)
                #expect(begun.code == .forbidden)
                asker.send("late", 77, .random(), Self.first, Self.piece)
                _ = try await asker.next()
                let gap = try await asker.ask(.put, "late", block1: BlockOption(number: 7, size: 16), payload: [1])
                #expect(gap.code == .requestEntityIncomplete)
                while witness.bodies.withLock({ $0.contains { $0.body != nil } }) {
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
        }()
        #expect(leaked == nil)
    }

    private final class Witness: Sendable {
        let bodies = Locked<[WeakBody]>([])
    }

    // Sendable: a weak reference to what is Sendable itself.
    private struct WeakBody: @unchecked Sendable {
        weak var body: RequestBody?
        init(_ body: RequestBody) { self.body = body }
    }

    @Test("A stop lets the rest of a body come, and no new request", arguments: [true, false])
    func stop(_ comesToItsEnd: Bool) async throws {
        var configuration = ServerConfiguration()
        configuration.shutdownGrace = comesToItsEnd ? .seconds(60) : .milliseconds(50)
        let (listening, continuation) = AsyncStream.makeStream(of: [CoAPURI].self)
        let server = CoAPServer(
            endpoints: [.coap("::1", port: 0)], router: Self.router(), configuration: configuration,
            onListening: { continuation.yield($0) })
        let running = Task { try await server.run() }
        var iterator = listening.makeAsyncIterator()
        let uris = try #require(await iterator.next())
        var asker = Asker(socket: try RawSocket(to: uris[0]))
        let begun = try await asker.ask(.put, "count", block1: Self.first, payload: Self.piece)
        #expect(begun.code == .continue)
        running.cancel()
        if comesToItsEnd {
            while true {
                let refused = try await asker.ask(.get, "x")
                if refused.code == .serviceUnavailable { break }
            }
            let done = try await asker.ask(.put, "count", block1: BlockOption(number: 1, size: 16), payload: [1, 2])
            #expect(done.code == .changed && String(decoding: done.payload, as: UTF8.self) == "18")
        }
        // Without the rest it ends with the grace.
        try await running.value
    }

    @Test("A block that comes twice, before its answer, is answered twice and read once")
    func repeated() async throws {
        let gate = Gate()
        try await Asker.serve(Self.router(gate)) { asker in
            let tokens = [Token.random(), Token.random()]
            for (index, token) in tokens.enumerated() {
                asker.send("count", UInt16(index + 1), token, Self.first, Self.piece)
            }
            for _ in tokens {
                let acknowledgement = try await asker.next()
                #expect(acknowledgement.code == .empty, "nothing is answered before the handler reads")
            }
            await gate.open()
            let answers = [try await asker.nextResponse(), try await asker.nextResponse()]
            #expect(answers.map(\.code) == [.continue, .continue])
            #expect(Set(answers.map(\.token)) == Set(tokens))
            asker.messageID = 10
            let done = try await asker.ask(.put, "count", block1: BlockOption(number: 1, size: 16), payload: [1, 2])
            #expect(String(decoding: done.payload, as: UTF8.self) == "18")
        }
    }

    @Test("A handler's refusal answers every block that waits")
    func refusal() async throws {
        let gate = Gate()
        try await Asker.serve(Self.router(gate)) { asker in
            let tokens = (0..<3).map { _ in Token.random() }
            for (index, token) in tokens.enumerated() {
                let block = BlockOption(number: UInt32(index), hasMore: true, size: 16)
                asker.send("refused", UInt16(index + 1), token, block, Self.piece)
            }
            for _ in tokens { _ = try await asker.next() }
            await gate.open()
            var answers: [Message] = []
            for _ in tokens { answers.append(try await asker.nextResponse()) }
            #expect(answers.allSatisfy { $0.code == .forbidden })
            #expect(Set(answers.map(\.token)) == Set(tokens))
        }
    }

    @Test("Who reads on behind the answer hears that there is no more")
    func readerOutlivesHandler() async throws {
        let (ends, end) = AsyncStream.makeStream(of: CoAPError?.self)
        let router = Router()
        router.upload(.put, "early") { _, _, body in
            Task {
                do {
                    for try await _ in body {}
                    end.yield(nil)
                } catch {
                    end.yield(error as? CoAPError)
                }
            }
            return Response(.changed)
        }
        try await Asker.serve(router) { asker in
            let answer = try await asker.ask(.put, "early", block1: Self.first, payload: Self.piece)
            #expect(answer.code == .changed)
            var iterator = ends.makeAsyncIterator()
            let error = try #require(await iterator.next())
            #expect(error?.code == .closed)
        }
    }

    @Test("The answer may be a body that is read while it is sent")
    func streamedAnswer() async throws {
        try await Asker.serve(Self.router()) { asker in
            let first = try await asker.upload("large", Array(repeating: 1, count: 40), size: 16)
            #expect(first.options.block2 == BlockOption(number: 0, hasMore: true, size: 1024))
            #expect(first.options.size2 == 3_000 && first.payload.count == 1024)
            let last = try await asker.ask(.put, "large", block2: BlockOption(number: 2, size: 1024))
            #expect(last.payload.count == 3_000 - 2048 && last.options.block2?.hasMore == false)
            #expect(last.options.eTags == first.options.eTags)
        }
    }
}
