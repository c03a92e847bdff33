// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

@Suite("The client writes in blocks", .timeLimit(.minutes(5)))
struct ClientUploadTests {
    private static let body = BlockBody.bytes(10_000)

    @Test("A body arrives whole, in the blocks the server wants", arguments: [1024, 64])
    func whole(size: Int) async throws {
        let sink = BlockSink()
        let server = try FakeServer.answering { request, _ in sink.answer(request, size: size) }
        try await server.withSession { session in
            let response = try await session.put("x?y", Self.body, contentFormat: .cbor)
            #expect(response.code == .changed)
            let small = try await session.put("x", [UInt8](repeating: 1, count: 1024))
            #expect(small.code == .changed)
        }
        #expect(sink.bodies == [Self.body, [UInt8](repeating: 1, count: 1024)])
        let blocks = server.requests.dropLast()
        #expect(blocks.map { $0.options.size1 == nil } == [false] + blocks.dropFirst().map { _ in true })
        #expect(blocks.first?.options.size1 == 10_000)
        #expect(Set(blocks.map { $0.options.requestTags }).count == 1)
        #expect(blocks.allSatisfy { $0.options.contentFormat == .cbor && $0.options.uriQuery == ["y"] })
        #expect(server.requests.last?.options.contains(.block1) == false, "a body of one block goes in one message")
        #expect(server.requests.last?.options.contains(.requestTag) == false)
    }

    @Test("Uploads at once do not mix")
    func concurrent() async throws {
        let sink = BlockSink()
        let server = try FakeServer.answering { request, _ in sink.answer(request) }
        let bodies = (0..<8).map { [UInt8](repeating: $0, count: 9_000) }
        try await server.withSession { session in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for body in bodies {
                    group.addTask { try await session.post("x", body).requireSuccess() }
                }
                try await group.waitForAll()
            }
        }
        #expect(Set(sink.bodies) == Set(bodies))
    }

    @Test("4.13 with a smaller size starts anew with it, after one message, too", arguments: [10_000, 900])
    func smaller(count: Int) async throws {
        let sink = BlockSink()
        let server = try FakeServer.answering { request, _ in
            guard request.payload.count <= 32 else {
                var refusal = Response(.requestEntityTooLarge)
                refusal.options.block1 = BlockOption(number: 0, size: 32)
                return refusal
            }
            return sink.answer(request)
        }
        try await server.withSession { session in
            let response = try await session.put("x", BlockBody.bytes(count))
            #expect(response.code == .changed)
        }
        #expect(sink.bodies == [BlockBody.bytes(count)])
    }

    @Test("4.13 with the largest size is the response")
    func limited() async throws {
        let server = try FakeServer.answering { _, _ in
            var refusal = Response(.requestEntityTooLarge)
            refusal.options.size1 = 5_000
            return refusal
        }
        try await server.withSession { session in
            let response = try await session.put("x", Self.body)
            #expect(response.code == .requestEntityTooLarge && response.options.size1 == 5_000)
        }
        #expect(server.requests.count == 1)
    }

    @Test("4.08 starts a PUT anew once, and never a POST")
    func incomplete() async throws {
        let sink = BlockSink()
        let server = try FakeServer.answering { request, number in
            number == 3 ? Response(.requestEntityIncomplete) : sink.answer(request)
        }
        try await server.withSession { session in
            let response = try await session.put("x", Self.body)
            #expect(response.code == .changed)
        }
        #expect(sink.bodies == [Self.body])
        #expect(Set(server.requests.map(\.options.requestTags)).count == 2)
        let other = try FakeServer.answering { request, number in
            number == 3 ? Response(.requestEntityIncomplete) : sink.answer(request)
        }
        try await other.withSession { session in
            let response = try await session.post("x", Self.body)
            #expect(response.code == .requestEntityIncomplete)
        }
    }

    @Test("A response in blocks to a body in blocks comes whole (RFC 7959 §3.3)", arguments: [false, true])
    func both(isStreamed: Bool) async throws {
        let sink = BlockSink()
        let answer = BlockBody(bytes: BlockBody.bytes(5_000))
        let server = try FakeServer.answering { request, _ in
            if request.options.contains(.block2) { return answer.answer(request.options.block2) }
            let response = sink.answer(request)
            guard response.code == .changed else { return response }
            var first = answer.answer(nil)
            first.options.block1 = response.options.block1
            return first
        }
        try await server.withSession { session in
            let response =
                isStreamed
                ? try await session.upload(.post, "x", contentFormat: .cbor, body: BlockBody.parts(Self.body))
                : try await session.post("x", Self.body, contentFormat: .cbor)
            #expect(response.payload == answer.bytes)
        }
        #expect(sink.bodies == [Self.body])
        let follow = server.requests.filter { $0.options.contains(.block2) }
        #expect(follow.count == 4)
        #expect(follow.allSatisfy { $0.payload.isEmpty && !$0.options.contains(.block1) })
        #expect(Set(server.requests.map(\.options.requestTags)).count == 1)
    }

    @Test("A challenge in the middle is answered, and the transfer goes on", arguments: [false, true])
    func echo(isStreamed: Bool) async throws {
        let sink = BlockSink()
        let server = try FakeServer.answering { request, _ in
            guard (request.options.block1?.number ?? 0) < 4 || request.options.echo == [9] else {
                var challenge = Response(.unauthorized)
                challenge.options.echo = [9]
                return challenge
            }
            return sink.answer(request)
        }
        try await server.withSession { session in
            let response =
                isStreamed
                ? try await session.upload(.put, "x", body: BlockBody.parts(Self.body))
                : try await session.put("x", Self.body)
            #expect(response.code == .changed)
        }
        #expect(sink.bodies == [Self.body])
    }

    @Test("A server that answers the wrong block is told from one that works")
    func broken() async throws {
        let server = try FakeServer.answering { _, _ in
            var response = Response(.continue)
            response.options.block1 = BlockOption(number: 77, hasMore: true)
            return response
        }
        try await server.withSession { session in
            let error = await #expect(throws: CoAPError.self) { try await session.put("x", Self.body) }
            #expect(error?.code == .protocolError)
            let streamed = await #expect(throws: CoAPError.self) {
                try await session.upload(.put, "x", body: BlockBody.parts(Self.body))
            }
            #expect(streamed?.code == .protocolError)
        }
    }

    @Test("A streamed body of any length arrives", arguments: [0, 1, 1023, 1024, 1025, 2048, 10_000], [16, 1024])
    func streamed(count: Int, size: Int) async throws {
        let sink = BlockSink()
        let server = try FakeServer.answering { request, _ in sink.answer(request, size: size) }
        let told = Locked<[TransferProgress]>([])
        try await server.withSession { session in
            let response = try await session.upload(
                .put, "x", contentFormat: .octetStream, size: count,
                progress: { progress in told.withLock { $0.append(progress) } },
                body: BlockBody.parts(BlockBody.bytes(count)))
            #expect(response.code == .changed)
        }
        #expect(sink.bodies == [BlockBody.bytes(count)])
        #expect(told.withLock { $0.last } == TransferProgress(completed: count, total: count))
    }

    @Test("A body that is not of the size announced is not completed", arguments: [9_999, 10_001, 100])
    func wrongSize(size: Int) async throws {
        let sink = BlockSink()
        let server = try FakeServer.answering { request, _ in sink.answer(request) }
        try await server.withSession { session in
            let error = await #expect(throws: CoAPError.self) {
                try await session.upload(.put, "x", size: size, body: BlockBody.parts(Self.body))
            }
            #expect(error?.code == .invalidArgument)
        }
        #expect(sink.bodies.isEmpty)
    }

    @Test("Long options make blocks smaller, so that each message fits")
    func longOptions() async throws {
        let sink = BlockSink()
        let server = try FakeServer.answering { request, _ in sink.answer(request) }
        try await server.withSession { session in
            let path = [String](repeating: String(repeating: "p", count: 100), count: 5)
            let response = try await session.put(path, Self.body)
            #expect(response.code == .changed)
        }
        #expect(sink.bodies == [Self.body])
        #expect(server.requests.first?.options.block1?.size == 512)
    }
}
