// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

@Suite("The client's transfers at their edges", .timeLimit(.minutes(5)))
struct ClientTransferEdgeTests {
    private static let body = BlockBody.bytes(10_000)

    /// A sink behind a server that challenges whoever does not send its Echo back.
    private static func challenging(_ echo: [UInt8], _ sink: BlockSink) throws -> FakeServer {
        try FakeServer.answering { request, _ in
            if request.options.echo == echo { return sink.answer(request) }
            var challenge = Response(.unauthorized)
            challenge.options.append(CoAPOption(.echo, echo))
            return challenge
        }
    }

    @Test("A challenge of the longest kind makes blocks smaller where it has to", arguments: [false, true])
    func longEcho(isStreamed: Bool) async throws {
        let sink = BlockSink()
        let server = try Self.challenging([UInt8](repeating: 9, count: 40), sink)
        try await server.withSession { session in
            // Just so much that a block of 1,024 bytes fits beside a short Echo, and not beside this one.
            let path = [String(repeating: "p", count: 72)]
            let response =
                isStreamed
                ? try await session.upload(.put, path, body: BlockBody.parts(Self.body))
                : try await session.put(path, Self.body)
            #expect(response.code == .changed)
        }
        #expect(sink.bodies == [Self.body])
        #expect(server.requests.last?.options.block1?.size == 512)
        #expect(server.requests.count { $0.options.echo == nil } == 1, "one challenge is enough for all blocks")
    }

    // Above 40 bytes libcoap drops the whole message.
    @Test("An empty Echo is not sent back (RFC 9175 §2.2.1)")
    func malformedEcho() async throws {
        let server = try Self.challenging([], BlockSink())
        try await server.withSession { session in
            let response = try await session.put("x", text: "1")
            #expect(response.code == .unauthorized)
        }
        #expect(server.requests.count == 1)
    }

    @Test("A streamed body makes its own blocks", arguments: [OptionNumber.block1, .block2])
    func ownBlocks(option: OptionNumber) async throws {
        let sink = BlockSink()
        let server = try FakeServer.answering { request, _ in sink.answer(request) }
        try await server.withSession { session in
            let error = await #expect(throws: CoAPError.self) {
                try await session.upload(
                    .put, "x", options: [CoAPOption(option, [6])], body: BlockBody.parts(Self.body))
            }
            #expect(error?.code == .invalidArgument)
        }
        #expect(server.requests.isEmpty)
    }

    @Test("A request that is given up does not take the session from a body that is streamed")
    func otherGivenUp() async throws {
        let sink = BlockSink()
        let server = try FakeServer.answering { request, _ in
            request.code == Method.get.code ? nil : sink.answer(request)
        }
        let (gate, opened) = AsyncStream.makeStream(of: Void.self)
        let body = AsyncThrowingStream<[UInt8], any Error> { continuation in
            continuation.yield(Array(Self.body[..<3_000]))
            Task {
                var steps = gate.makeAsyncIterator()
                await steps.next()
                continuation.yield(Array(Self.body[3_000..<6_000]))
                await steps.next()
                continuation.yield(Array(Self.body[6_000...]))
                continuation.finish()
            }
        }
        try await server.withSession { session in
            let upload = Task { try await session.upload(.put, "x", body: body) }
            // Two blocks have gone, the third waits for its rest.
            while server.requests.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
            let port = await session.connectionInfo.localAddress?.port
            let error = await #expect(throws: CoAPError.self) {
                try await session.get("silent", timeout: .milliseconds(50))
            }
            #expect(error?.code == .timeout)
            opened.yield()
            while server.requests.count(where: { $0.code == Method.put.code }) < 5 {
                try await Task.sleep(for: .milliseconds(5))
            }
            let portBehind = await session.connectionInfo.localAddress?.port
            #expect(portBehind == port && port != nil)
            opened.yield()
            let response = try await upload.value
            #expect(response.code == .changed)
        }
        #expect(sink.bodies == [Self.body])
    }

    @Test("A streamed FETCH whose answer changes is an error, not the answer to another question")
    func streamedFetch() async throws {
        let sink = BlockSink()
        let server = try FakeServer.answering { request, number in
            let answer = BlockBody(bytes: BlockBody.bytes(5_000), eTag: [UInt8(number)])
            if request.options.contains(.block2) { return answer.answer(request.options.block2) }
            let response = sink.answer(request)
            guard response.code == .changed else { return response }
            var first = answer.answer(nil)
            first.options.block1 = response.options.block1
            return first
        }
        try await server.withSession { session in
            let error = await #expect(throws: CoAPError.self) {
                try await session.upload(.fetch, "x", contentFormat: .cbor, body: BlockBody.parts(Self.body))
            }
            #expect(error?.code == .protocolError)
        }
        #expect(server.requests.allSatisfy { !$0.payload.isEmpty || $0.options.contains(.block2) })
    }

    @Test("An error is whole in the response of a streamed download, its diagnostic included")
    func streamedDiagnostic() async throws {
        let body = BlockBody(bytes: [UInt8](repeating: 120, count: 3_000))
        let server = try FakeServer.answering { request, _ in
            var answer = body.answer(request.options.block2)
            answer.code = .notFound
            return answer
        }
        try await server.withSession { session in
            try await session.download("x") { response, parts in
                #expect(response.code == .notFound && response.payload == body.bytes)
                for try await _ in parts { Issue.record("the body is empty") }
            }
        }
    }

    @Test("Blocks that were not sent when the body ended are not sent any more")
    func takenBack() async throws {
        var body = BlockBody(bytes: BlockBody.bytes(3_000))
        body.tellsSize = false
        let server = try FakeServer.answering { [body] request, _ in body.answer(request.options.block2) }
        try await server.withSession {
            $0.blockWindow = 64
            $0.transmission.maximumOutstanding = 1
        } _: { session in
            for _ in 0..<3 {
                let response = try await session.get("x")
                #expect(response.payload == body.bytes)
            }
        }
        // Three blocks each, and one that was on its way perhaps.
        #expect(server.requests.count <= 12)
    }

    @Test("Progress ends with the whole body, and only when it was taken", arguments: [500, 10_000])
    func progress(count: Int) async throws {
        let sink = BlockSink()
        let server = try FakeServer.answering { request, _ in
            request.options.uriPath == ["no"] ? Response(.forbidden) : sink.answer(request)
        }
        let told = Locked<[TransferProgress]>([])
        try await server.withSession { session in
            let request = try Request(.put, "x", payload: BlockBody.bytes(count))
            _ = try await session.request(request) { progress in told.withLock { $0.append(progress) } }
            if count > 1024 {
                #expect(told.withLock { $0.last } == TransferProgress(completed: count, total: count))
            }
            told.withLock { $0 = [] }
            let refused = try await session.upload(
                .put, "no", progress: { progress in told.withLock { $0.append(progress) } },
                body: BlockBody.parts(BlockBody.bytes(count)))
            #expect(refused.code == .forbidden && told.withLock { $0.isEmpty })
        }
    }

    @Test("What blocks cannot number is refused before the first one goes out")
    func tooManyBlocks() async throws {
        let server = try FakeServer.answering { _, _ in Response(.changed) }
        try await server.withSession {
            $0.blockSize = 16
        } _: { session in
            let whole = await #expect(throws: CoAPError.self) {
                try await session.put("x", [UInt8](repeating: 0, count: 17 << 20))
            }
            #expect(whole?.code == .tooLarge)
            let streamed = await #expect(throws: CoAPError.self) {
                try await session.upload(.put, "x", size: 17 << 20, body: BlockBody.parts(Self.body))
            }
            #expect(streamed?.code == .tooLarge)
        }
        #expect(server.requests.isEmpty)
    }

    @Test("A second reader of a body is told so, and the first one goes on")
    func secondReader() async throws {
        let buffer = ResponseBuffer(window: 2) {}
        let first = Task { try await buffer.next() }
        // One of the two waits, the other one is refused.
        let second = Task { try await buffer.next() }
        let refused = await Self.firstFailure(first, second)
        #expect(refused?.code == .invalidArgument)
        buffer.append([1])
        buffer.finish(.success(()))
        let results = [try? await first.value, try? await second.value]
        #expect(results.contains([1]))

        let body = RequestBody()
        let readers = (0..<2).map { _ in
            Task {
                var iterator = body.makeAsyncIterator()
                return try await iterator.next()
            }
        }
        let other = await Self.firstFailure(readers[0], readers[1])
        #expect(other?.code == .invalidArgument)
        body.push([2], isLast: true) {}
        let pieces = [try? await readers[0].value, try? await readers[1].value]
        #expect(pieces.contains([2]))
    }

    /// What the first task that ends failed of.
    private static func firstFailure(
        _ first: Task<[UInt8]?, any Error>, _ second: Task<[UInt8]?, any Error>
    ) async -> CoAPError? {
        let (failures, continuation) = AsyncStream.makeStream(of: CoAPError.self)
        for task in [first, second] {
            Task {
                if case .failure(let error) = await task.result, let error = error as? CoAPError {
                    continuation.yield(error)
                }
            }
        }
        for await failure in failures { return failure }
        return nil
    }
}
