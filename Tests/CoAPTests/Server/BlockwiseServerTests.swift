// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

@Suite(.timeLimit(.minutes(5))) struct BlockwiseServerTests {
    private static let body = (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

    private static func router(_ counter: CallCounter = CallCounter()) -> Router {
        let router = Router()
        router.get("large") { _, _ in
            counter.increment()
            return Response(payload: body, contentFormat: .octetStream)
        }
        router.get("streamed") { _, _ in
            Response(
                stream: BodyStream { offset, count in Array(body.dropFirst(offset).prefix(count)) },
                contentFormat: .octetStream, eTag: [7])
        }
        router.get("chunks") { _, _ in
            let chunks = AsyncStream<[UInt8]> { continuation in
                for start in stride(from: 0, to: body.count, by: 777) {
                    continuation.yield(Array(body[start..<min(start + 777, body.count)]))
                }
                continuation.finish()
            }
            return Response(stream: BodyStream(size: body.count, chunks: chunks), contentFormat: .octetStream)
        }
        router.put("echo") { request, _ in
            counter.increment()
            return Response(.changed, payload: request.payload, contentFormat: .octetStream)
        }
        router.upload(.put, "sum", maximumSize: 10_000) { _, _, body in
            counter.increment()
            var sum = 0
            for try await piece in body { sum += piece.reduce(0) { $0 + Int($1) } }
            return Response(.changed, text: "\(sum)")
        }
        router.upload(.put, "early") { _, _, body in
            for try await _ in body { throw ResponseError(.forbidden, "not this") }
            return Response(.changed)
        }
        return router
    }

    @Test(arguments: ["large", "streamed", "chunks"], [16, 256, 1024])
    func bodiesGoOutInBlocks(_ path: String, _ size: Int) async throws {
        let counter = CallCounter()
        try await Asker.serve(Self.router(counter)) { asker in
            let fetched = try await asker.fetch(path, size: size)
            #expect(fetched == Self.body)
        }
        if path == "large" { #expect(counter.count == 1, "the handler runs once for all blocks") }
    }

    @Test func aServerNegotiatesLate() async throws {
        try await Asker.serve(Self.router()) { asker in
            let first = try await asker.ask(.get, "large")
            #expect(first.options.block2 == BlockOption(number: 0, hasMore: true, size: 1024))
            #expect(first.options.size2 == 5_000)
            // A smaller size in the middle, and any place.
            let later = try await asker.ask(.get, "large", block2: BlockOption(number: 32, size: 64))
            #expect(later.payload == Array(Self.body[2048..<2112]))
            #expect(later.options.first(.eTag) == first.options.first(.eTag))
            let beyond = try await asker.ask(.get, "large", block2: BlockOption(number: 5, size: 1024))
            #expect(beyond.code == .badRequest)
        }
    }

    @Test func preferredSizeHoldsBothWays() async throws {
        var configuration = ServerConfiguration()
        configuration.preferredBlockSize = 64
        try await Asker.serve(Self.router(), configuration) { asker in
            let first = try await asker.ask(.get, "large")
            #expect(first.options.block2 == BlockOption(number: 0, hasMore: true, size: 64))
            let accepted = try await asker.ask(
                .put, "echo", block1: BlockOption(number: 0, hasMore: true, size: 256),
                payload: Array(Self.body[..<256]))
            #expect(accepted.options.block1 == BlockOption(number: 0, hasMore: true, size: 64))
            let last = try await asker.ask(
                .put, "echo", block1: BlockOption(number: 4, size: 64), payload: Array(Self.body[256..<300]))
            #expect(last.code == .changed)
            #expect(last.payload == Array(Self.body[..<64]))
            #expect(last.options.block2?.hasMore == true)
            let next = try await asker.ask(.put, "echo", block2: BlockOption(number: 1, size: 64))
            #expect(next.payload == Array(Self.body[64..<128]))
        }
    }

    @Test(arguments: [16, 128, 1024]) func bodiesComeInBlocks(_ size: Int) async throws {
        let counter = CallCounter()
        try await Asker.serve(Self.router(counter)) { asker in
            let answer = try await asker.upload("echo", Self.body, size: size)
            #expect(answer.code == .changed)
            #expect(answer.options.block1?.hasMore == false)
            #expect(answer.payload == Array(Self.body[..<1024]))
            let sum = try await asker.upload("sum", Self.body, size: size)
            #expect(String(decoding: sum.payload, as: UTF8.self) == "\(Self.body.reduce(0) { $0 + Int($1) })")
        }
        #expect(counter.count == 2)
    }

    @Test func uploadsUnderWayAreNotMixed() async throws {
        try await Asker.serve(Self.router()) { asker in
            var first = Options()
            first.requestTags = [[1]]
            var second = Options()
            second.requestTags = [[2]]
            let ones = [UInt8](repeating: 1, count: 48)
            let twos = [UInt8](repeating: 2, count: 48)
            var last: [Message] = []
            for number: UInt32 in 0..<3 {
                let range = Int(number) * 16..<Int(number) * 16 + 16
                let block = BlockOption(number: number, hasMore: number < 2, size: 16)
                for (options, bytes) in [(first, ones), (second, twos)] {
                    last.append(
                        try await asker.ask(
                            .put, "echo", block1: block, options: options, payload: Array(bytes[range])))
                }
            }
            #expect(last[4].payload == ones)
            #expect(last[5].payload == twos)
        }
    }

    @Test func whatCannotBePutTogetherIsRefused() async throws {
        var configuration = ServerConfiguration()
        configuration.maximumBodySize = 1_000
        let counter = CallCounter()
        try await Asker.serve(Self.router(counter), configuration) { asker in
            let orphan = try await asker.ask(.put, "echo", block1: BlockOption(number: 3, size: 16), payload: [1])
            #expect(orphan.code == .requestEntityIncomplete)
            _ = try await asker.ask(
                .put, "echo", block1: BlockOption(number: 0, hasMore: true, size: 16),
                payload: Array(Self.body[..<16]))
            let gap = try await asker.ask(.put, "echo", block1: BlockOption(number: 2, size: 16), payload: [1])
            #expect(gap.code == .requestEntityIncomplete)
            let short = try await asker.ask(
                .put, "echo", block1: BlockOption(number: 0, hasMore: true, size: 16), payload: [1])
            #expect(short.code == .badRequest)
            let long = try await asker.upload("echo", Array(Self.body[..<1_500]), size: 256)
            #expect(long.code == .requestEntityTooLarge && long.options.size1 == 1_000)
            #expect(String(decoding: long.payload, as: UTF8.self).contains("1000"))
            var announced = Options()
            announced.size1 = 5_000
            let early = try await asker.ask(
                .put, "echo", block1: BlockOption(number: 0, hasMore: true, size: 16), options: announced,
                payload: Array(Self.body[..<16]))
            #expect(early.code == .requestEntityTooLarge)
            let nowhere = try await asker.ask(
                .put, "nowhere", block1: BlockOption(number: 0, hasMore: true, size: 16),
                payload: Array(Self.body[..<16]))
            #expect(nowhere.code == .notFound)
            let reserved = try await asker.ask(
                .put, "echo", options: [CoAPOption(.block1, uint: 7)], payload: [1])
            // The typed accessor does not write 7; the raw option does.
            #expect(reserved.code == .badRequest || reserved.options.block1 == nil)
        }
        #expect(counter.count <= 1)
    }

    @Test func aHandlerThatReadsMayAnswerEarly() async throws {
        try await Asker.serve(Self.router()) { asker in
            let answer = try await asker.upload("early", Self.body, size: 256)
            #expect(answer.code == .forbidden)
            let tooLong = try await asker.upload("sum", [UInt8](repeating: 1, count: 12_000), size: 1024)
            #expect(tooLong.code == .requestEntityTooLarge)
        }
    }

    @Test func aClientThatDoesNotWaitIsStopped() async throws {
        let gate = Gate()
        let router = Router()
        router.upload(.put, "slow") { _, _, body in
            await gate.wait()
            for try await _ in body {}
            return Response(.changed)
        }
        try await Asker.serve(router) { asker in
            for number: UInt32 in 0..<20 {
                var options: Options = [CoAPOption(.uriPath, string: "slow")]
                options.block1 = BlockOption(number: number, hasMore: true, size: 16)
                asker.socket.send(
                    Message(
                        .confirmable, CoAP.Method.put.code, messageID: UInt16(number + 1), token: .random(),
                        options: options, payload: [UInt8](repeating: 1, count: 16)
                    ).bytes)
            }
            while true {
                let received = try #require(await asker.socket.receive())
                if Message(received)?.code == .requestEntityIncomplete { break }
            }
            await gate.open()
        }
    }

    @Test func halfFinishedUploadsAreBounded() async throws {
        var configuration = ServerConfiguration()
        configuration.maximumTransfersPerSession = 4
        configuration.maximumTransferMemory = 20_000
        try await Asker.serve(Self.router(), configuration) { asker in
            let piece = [UInt8](repeating: 9, count: 1024)
            for tag in 0..<200 {
                var options = Options()
                options.requestTags = [[UInt8(tag)]]
                let answer = try await asker.ask(
                    .put, "echo", block1: BlockOption(number: 0, hasMore: true, size: 1024), options: options,
                    payload: piece)
                #expect(answer.code == .continue)
            }
            // The newest is there, the oldest is not.
            for (tag, code) in [(UInt8(199), Code.changed), (UInt8(0), .requestEntityIncomplete)] {
                var options = Options()
                options.requestTags = [[tag]]
                let answer = try await asker.ask(
                    .put, "echo", block1: BlockOption(number: 1, size: 1024), options: options, payload: [1])
                #expect(answer.code == code)
            }
        }
    }

    @Test func aHeldRepresentationIsNotSentAgain() async throws {
        try await Asker.serve(Self.router()) { asker in
            let first = try await asker.ask(.get, "large")
            var options = Options()
            let held = try #require(first.options.first(.eTag))
            options.eTags = [[1, 2], held]
            for path in ["large", "streamed"] {
                if path == "streamed" { options.eTags = [[7]] }
                let answer = try await asker.ask(.get, path, options: options)
                #expect(answer.code == .valid)
                #expect(answer.payload.isEmpty)
            }
        }
    }
}

@Suite struct ServerUploadTests {
    @Test func anyBodyIsPutTogetherAgain() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let body = (0..<Int.random(in: 0...3_000, using: &generator)).map { _ in UInt8.random(in: 0...255) }
            var size = BlockOption.sizes.randomElement() ?? 16
            let preferred = BlockOption.sizes.randomElement() ?? 16
            var upload = ServerUpload(limit: 3_000, preferredSize: preferred)
            var offset = 0
            while true {
                let end = min(offset + size, body.count)
                let block = BlockOption(number: UInt32(offset / size), hasMore: end < body.count, size: size)
                let step = upload.add(block, Array(body[offset..<end]), total: nil)
                offset = end
                guard case .more(let accepted) = step else {
                    #expect(step == .whole(BlockOption(number: block.number, size: min(size, preferred))))
                    break
                }
                // A block that comes twice changes nothing.
                if Bool.random() {
                    #expect(upload.add(block, Array(body[block.offset..<end]), total: nil) == step)
                }
                size = accepted.size
            }
            #expect(upload.bytes == body)
        }
    }

    @Test func keysTellBodiesApart() {
        var options = Options()
        options.uriPath = ["a"]
        let key = TransferKey(.put, options)
        var same = options
        same.block1 = BlockOption(number: 4)
        same.size1 = 9
        same.eTags = [[1]]
        same.echo = [1]
        same.observe = 0
        #expect(TransferKey(.put, same) == key)
        var other = options
        other.requestTags = [[]]
        #expect(TransferKey(.put, other) != key)
        other = options
        other.contentFormat = .json
        #expect(TransferKey(.put, other) != key)
        #expect(TransferKey(.post, options) != key)
    }
}
