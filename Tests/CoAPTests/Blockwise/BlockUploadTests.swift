// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import CoAP

@Suite("A request's body goes out in blocks")
struct BlockUploadTests {
    private static func answer(_ code: Code, _ block: BlockOption?) -> Response {
        var response = Response(code)
        response.options.block1 = block
        return response
    }

    /// Sends a body to a server that wants blocks of a size from the given block on; returns what arrived.
    private static func send(_ bytes: [UInt8], size: Int, wanted: Int, from change: UInt32 = 0) throws -> [UInt8] {
        var upload = BlockUpload(size: size, mayRestart: true)
        var got: [UInt8] = []
        while true {
            let block = try upload.block(remaining: bytes.count - upload.offset, isEnd: true)
            #expect(block.offset == got.count, "a gap, or twice the same")
            let end = min(block.offset + block.size, bytes.count)
            #expect(block.hasMore == (end < bytes.count))
            got += bytes[block.offset..<end]
            let answered = BlockOption(
                number: block.number, hasMore: block.hasMore,
                size: block.number >= change ? min(wanted, block.size) : block.size)
            switch upload.answered(Self.answer(block.hasMore ? .continue : .changed, answered)) {
            case .next: continue
            case .finished: return got
            case let step:
                Issue.record("\(step)")
                return got
            }
        }
    }

    @Test("A body of any size arrives whole, whatever blocks the server wants", arguments: BlockOption.sizes)
    func anySize(size: Int) throws {
        var generator = SeededGenerator(seed: UInt64(size))
        for count in BlockBody.counts {
            let bytes = BlockBody.bytes(count)
            let wanted = BlockOption.sizes.randomElement(using: &generator) ?? 16
            let change = UInt32.random(in: 0...5, using: &generator)
            let got = try Self.send(bytes, size: size, wanted: wanted, from: change)
            #expect(got == bytes, "\(count) bytes by \(size), \(wanted) from block \(change)")
        }
    }

    @Test("What is streamed has more until its end is known")
    func streamed() throws {
        var upload = BlockUpload(size: 64, mayRestart: false)
        #expect(try upload.block(remaining: 64, isEnd: false) == BlockOption(number: 0, hasMore: true, size: 64))
        #expect(try upload.block(remaining: 64, isEnd: true) == BlockOption(number: 0, size: 64))
    }

    @Test("4.13 for the first block makes it smaller; any other 4.13 is the response")
    func tooLarge() throws {
        var upload = BlockUpload(size: 1024, mayRestart: false)
        _ = try upload.block(remaining: 3_000, isEnd: true)
        #expect(upload.answered(Self.answer(.requestEntityTooLarge, BlockOption(number: 0, size: 64))) == .restart)
        #expect(upload.size == 64 && upload.offset == 0)
        _ = try upload.block(remaining: 3_000, isEnd: true)
        var limited = Response(.requestEntityTooLarge)
        limited.options.size1 = 1_000
        #expect(upload.answered(limited) == .finished)
        #expect(upload.answered(Self.answer(.requestEntityTooLarge, BlockOption(number: 0, size: 64))) == .finished)
        #expect(upload.answered(Self.answer(.continue, BlockOption(number: 0, hasMore: true, size: 64))) == .next)
        _ = try upload.block(remaining: 2_936, isEnd: true)
        #expect(upload.answered(Self.answer(.requestEntityTooLarge, BlockOption(number: 1, size: 16))) == .finished)
    }

    @Test("4.08 begins anew once where that may be done twice")
    func incomplete() throws {
        for mayRestart in [true, false] {
            var upload = BlockUpload(size: 64, mayRestart: mayRestart)
            _ = try upload.block(remaining: 200, isEnd: true)
            _ = upload.answered(Self.answer(.continue, BlockOption(number: 0, hasMore: true, size: 64)))
            _ = try upload.block(remaining: 136, isEnd: true)
            let step = upload.answered(Response(.requestEntityIncomplete))
            #expect(step == (mayRestart ? .restart : .finished))
            guard mayRestart else { continue }
            #expect(upload.offset == 0)
            _ = try upload.block(remaining: 200, isEnd: true)
            #expect(upload.answered(Response(.requestEntityIncomplete)) == .finished)
        }
    }

    @Test("Answers that name another block, or none, break the protocol")
    func broken() throws {
        for answer in [
            Self.answer(.continue, nil), Self.answer(.changed, nil),
            Self.answer(.continue, BlockOption(number: 5, hasMore: true, size: 64)),
        ] {
            var upload = BlockUpload(size: 64, mayRestart: true)
            _ = try upload.block(remaining: 200, isEnd: true)
            guard case .failed(let error) = upload.answered(answer) else {
                Issue.record("\(answer) was taken")
                continue
            }
            #expect(error.code == .protocolError)
        }
        var last = BlockUpload(size: 64, mayRestart: true)
        let block = try last.block(remaining: 10, isEnd: true)
        guard case .failed = last.answered(Self.answer(.continue, block)) else {
            Issue.record("a block behind the last one")
            return
        }
    }

    @Test("A server that acts on each block by itself gets them all (RFC 7959 §2.3)")
    func stateless() throws {
        var upload = BlockUpload(size: 64, mayRestart: true)
        _ = try upload.block(remaining: 100, isEnd: true)
        #expect(upload.answered(Self.answer(.changed, BlockOption(number: 0, size: 64))) == .next)
        _ = try upload.block(remaining: 36, isEnd: true)
        #expect(upload.answered(Self.answer(.changed, BlockOption(number: 1, size: 64))) == .finished)
    }

    @Test("A body with more blocks than there are numbers is refused")
    func numbers() throws {
        var upload = BlockUpload(size: 1024, mayRestart: true)
        let error = #expect(throws: CoAPError.self) {
            while true {
                let block = try upload.block(remaining: 2048, isEnd: true)
                // At 16 MiB less one block the server turns to the smallest ones.
                let size = block.offset < 16_383 * 1024 ? 1024 : 16
                let answer = BlockOption(number: block.number, hasMore: true, size: size)
                guard upload.answered(Self.answer(.continue, answer)) == .next else { return }
            }
        }
        #expect(error?.code == .tooLarge)
    }
}
