// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import CoAP

@Suite("Blocks of a response become its body")
struct BlockDownloadTests {
    private typealias Step = BlockDownload.Step

    /// Asks a body for its blocks, with up to so many at once, answered in any order.
    private static func fetch(
        _ body: BlockBody, size: Int = 1024, limit: Int? = nil, window: Int = 8, generator: inout SeededGenerator
    ) -> (Step, [UInt8]) {
        var download = BlockDownload(size: size, limit: limit, window: window)
        let first = size < 1024 ? BlockOption(number: 0, size: size) : nil
        var step = download.begin(body.answer(first), isNegotiated: first != nil)
        var bytes = download.takeReady().flatMap { $0 }
        var open: [BlockOption] = []
        while step == .more {
            while let block = download.next() { open.append(block) }
            #expect(open.count <= window)
            guard !open.isEmpty else { return (.failed(BlockFailure.broken("stuck")), bytes) }
            let block = open.remove(at: .random(in: 0..<open.count, using: &generator))
            step = download.received(.success(body.answer(block)), for: block)
            bytes += download.takeReady().flatMap { $0 }
        }
        return (step, bytes)
    }

    @Test("A body of any size comes whole, in blocks of any size", arguments: BlockOption.sizes)
    func anySize(size: Int) {
        var generator = SeededGenerator(seed: UInt64(size))
        for count in BlockBody.counts {
            let bytes = BlockBody.bytes(count)
            let body = BlockBody(
                bytes: bytes, eTag: Bool.random(using: &generator) ? [1] : nil,
                size: BlockOption.sizes.randomElement(using: &generator) ?? 16,
                tellsSize: Bool.random(using: &generator))
            let (step, got) = Self.fetch(
                body, size: size, window: .random(in: 1...9, using: &generator), generator: &generator)
            #expect(step == .finished && got == bytes, "\(count) bytes by \(size): \(step), \(got.count)")
        }
    }

    @Test("Bodies next to the edges of blocks", arguments: BlockOption.sizes)
    func edges(size: Int) {
        var generator = SeededGenerator(seed: 1)
        for blocks in 0...4 {
            for count in [blocks * size - 1, blocks * size, blocks * size + 1] where count >= 0 {
                let bytes = BlockBody.bytes(count)
                let (step, got) = Self.fetch(BlockBody(bytes: bytes, size: size), generator: &generator)
                #expect(step == .finished && got == bytes)
            }
        }
    }

    @Test("A server that makes blocks smaller on the way is followed")
    func smaller() {
        var body = BlockBody(bytes: BlockBody.bytes(4_000))
        var download = BlockDownload(size: 1024, limit: nil, window: 4)
        #expect(download.begin(body.answer(nil), isNegotiated: false) == .more)
        var step = Step.more
        var asked: [BlockOption] = []
        while step == .more {
            while let block = download.next() { asked.append(block) }
            let block = asked.removeFirst()
            if block.offset >= 1024 { body.size = 256 }
            step = download.received(.success(body.answer(block)), for: block)
        }
        #expect(step == .finished && download.size == 256)
        #expect(download.takeReady().flatMap { $0 } == body.bytes)
    }

    @Test("Without an entity-tag one block at a time is asked for; with one the number grows to the window")
    func window() {
        for (eTag, most) in [(nil, 1), ([UInt8]([1]), 4)] {
            let body = BlockBody(bytes: BlockBody.bytes(20_000), eTag: eTag)
            var download = BlockDownload(size: 1024, limit: nil, window: 4)
            _ = download.begin(body.answer(nil), isNegotiated: false)
            var open: [BlockOption] = []
            var largest = 0
            var step = Step.more
            while step == .more {
                while let block = download.next() { open.append(block) }
                largest = max(largest, open.count)
                let block = open.removeFirst()
                step = download.received(.success(body.answer(block)), for: block)
            }
            #expect(step == .finished && largest == most)
        }
    }

    @Test("A reader that is slow holds the blocks back")
    func held() {
        let body = BlockBody(bytes: BlockBody.bytes(20_000))
        var download = BlockDownload(size: 1024, limit: nil, window: 4)
        _ = download.begin(body.answer(nil), isNegotiated: false)
        #expect(download.next(held: 4) == nil)
        #expect(download.next(held: 1) == BlockOption(number: 1))
    }

    /// A download of 3,000 bytes whose first block is there and whose second is asked for.
    private static func begun() -> (BlockDownload, BlockOption) {
        var download = BlockDownload(size: 1024, limit: nil, window: 4)
        _ = download.begin(BlockBody(bytes: BlockBody.bytes(3_000), tellsSize: false).answer(nil), isNegotiated: false)
        let asked = download.next() ?? BlockOption(number: 0)
        return (download, asked)
    }

    private static func block(_ number: UInt32, more: Bool, size: Int = 1024, payload: Int) -> Response {
        var response = Response(.content, payload: [UInt8](repeating: 0, count: payload))
        response.options.eTags = [[1]]
        response.options.block2 = BlockOption(number: number, hasMore: more, size: size)
        return response
    }

    @Test("Another entity-tag, another code and 4.08 mean that the resource changed")
    func changed() {
        var other = Self.block(1, more: true, payload: 1024)
        other.options.eTags = [[2]]
        var without = other
        without.options.eTags = []
        var code = Self.block(1, more: true, payload: 1024)
        code.code = .valid
        for response in [other, without, code, Response(.requestEntityIncomplete)] {
            var (download, asked) = Self.begun()
            #expect(download.received(.success(response), for: asked) == .changed)
        }
    }

    @Test("Blocks that are not what was asked for break the protocol")
    func broken() {
        var none = Self.block(1, more: true, payload: 1024)
        none.options.block2 = nil
        var reserved = none
        reserved.options.append(CoAPOption(.block2, uint: 0x1F))
        for response in [
            none, reserved, Self.block(2, more: true, payload: 1024), Self.block(0, more: true, payload: 1024),
            Self.block(1, more: true, payload: 0), Self.block(1, more: true, payload: 1023),
            Self.block(1, more: false, payload: 1025), Self.block(1, more: true, size: 512, payload: 512),
        ] {
            var (download, asked) = Self.begun()
            guard case .failed(let error) = download.received(.success(response), for: asked) else {
                Issue.record("\(response.options) was taken")
                continue
            }
            #expect(error.code == .protocolError, "\(error)")
        }
    }

    @Test("The first block is looked at like any other")
    func first() {
        func begin(_ response: Response, size: Int = 1024) -> Step {
            var download = BlockDownload(size: size, limit: nil, window: 4)
            return download.begin(response, isNegotiated: size < 1024)
        }
        var reserved = Response(.content)
        reserved.options.append(CoAPOption(.block2, uint: 0x0F))
        for step in [
            begin(Self.block(1, more: false, payload: 3)), begin(reserved),
            begin(Self.block(0, more: true, payload: 0)),
            begin(Self.block(0, more: true, size: 128, payload: 128), size: 64),
        ] {
            guard case .failed(let error) = step else {
                Issue.record("\(step)")
                continue
            }
            #expect(error.code == .protocolError)
        }
        #expect(begin(Self.block(0, more: false, payload: 0)) == .finished)
        #expect(begin(Self.block(0, more: true, size: 32, payload: 32), size: 64) == .more)
    }

    @Test("An error in the middle is the answer; behind the end nothing counts")
    func errors() {
        var (download, asked) = Self.begun()
        #expect(download.received(.success(Response(.notFound)), for: asked) == .answer(Response(.notFound)))
        (download, asked) = Self.begun()
        _ = download.received(.success(Self.block(1, more: true, payload: 1024)), for: asked)
        let blocks = [download.next(), download.next()].compactMap { $0 }
        #expect(blocks.map(\.number) == [2, 3])
        #expect(download.received(.success(Response(.badRequest)), for: blocks[1]) == .more)
        #expect(download.received(.success(Self.block(2, more: false, payload: 952)), for: blocks[0]) == .finished)
        #expect(download.next() == nil)
    }

    @Test("A body over the limit ends in an error that names it, told beforehand or not")
    func limit() {
        var generator = SeededGenerator(seed: 2)
        for tells in [false, true] {
            let body = BlockBody(bytes: BlockBody.bytes(5_000), tellsSize: tells)
            let (step, got) = Self.fetch(body, limit: 4_999, generator: &generator)
            guard case .failed(let error) = step else {
                Issue.record("\(step)")
                continue
            }
            #expect(error.code == .tooLarge && error.message.contains("4999"))
            #expect(got.count < 5_000)
            #expect(Self.fetch(body, limit: 5_000, generator: &generator).0 == .finished)
        }
    }

    @Test("More blocks than there are numbers are refused")
    func numbers() {
        var download = BlockDownload(size: 1024, limit: nil, window: 1)
        var step = download.begin(Self.block(0, more: true, payload: 1024), isNegotiated: false)
        var last: UInt32 = 0
        while step == .more, let block = download.next() {
            last = block.number
            // At 16 MiB less one block the server turns to the smallest ones.
            let size = block.offset < 16_383 * 1024 ? 1024 : 16
            let answer = Self.block(UInt32(block.offset / size), more: true, size: size, payload: size)
            step = download.received(.success(answer), for: block)
            _ = download.takeReady()
        }
        guard case .failed(let error) = step else {
            Issue.record("\(step)")
            return
        }
        #expect(error.code == .tooLarge && last == BlockOption.maximumNumber)
    }
}
