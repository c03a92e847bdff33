// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import CoAPCore

@Suite struct MessageTests {
    @Test func readsWhatItWrites() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let message = Self.random(&generator)
            #expect(Message(message.bytes) == message)
        }
    }

    @Test func noBytesCrashTheReader() {
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...40, using: &generator)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if count > 0, Bool.random(using: &generator) { bytes[0] = 0x40 | bytes[0] & 0x38 }
            // Whatever is read is written the same, up to longer forms of numbers that the writer does not use.
            if let message = Message(bytes) { #expect(Message(message.bytes) == message) }
        }
        for end in 0..<Self.random(&generator).bytes.count {
            _ = Message(Array(Self.random(&generator).bytes.prefix(end)))
        }
    }

    @Test(
        arguments: [
            [0x40, 0, 0], [0x80, 0, 0, 1], [0x49, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0x44, 1, 0, 1, 1],
            [0x40, 1, 0, 1, 0xFF], [0x40, 1, 0, 1, 0xF1, 0], [0x40, 1, 0, 1, 0x1F, 0], [0x40, 1, 0, 1, 0x15, 0],
            [0x40, 1, 0, 1, 0xE0, 0xFF, 0xFF], [0x40, 0, 0, 1, 0xFF, 1], [0x41, 0, 0, 1, 1],
        ] as [[UInt8]])
    func refusesWhatIsNoMessage(_ bytes: [UInt8]) { #expect(Message(bytes) == nil) }

    @Test func blockOptionsAreTheirValues() {
        for number: UInt32 in [0, 1, 15, 16, 4095, 4096, BlockOption.maximumNumber] {
            for size in BlockOption.sizes {
                for hasMore in [false, true] {
                    let block = BlockOption(number: number, hasMore: hasMore, size: size)
                    #expect(block.size == size)
                    #expect(block.offset == Int(number) * size)
                    #expect(BlockOption(rawValue: block.rawValue) == block)
                    var options = Options()
                    options.block1 = block
                    options.block2 = block
                    #expect(options.block1 == block && options.block2 == block)
                }
            }
        }
        #expect(BlockOption(rawValue: 7) == nil)
        #expect(BlockOption(rawValue: 0x100_0000) == nil)
        #expect(BlockOption(number: 0, size: 1000).size == 512)
        #expect(BlockOption(number: 0, size: 3).size == 16)
        #expect(BlockOption(number: 3, hasMore: true, size: 64).description == "3/1/64")
    }

    private static func random(_ generator: inout SeededGenerator) -> Message {
        let token = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
            UInt8.random(in: 0...255, using: &generator)
        }
        var options: [CoAPOption] = []
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            let number = UInt16.random(in: 0...(Bool.random(using: &generator) ? 30 : 65_535), using: &generator)
            let count = Int.random(in: 0...(Bool.random(using: &generator) ? 14 : 400), using: &generator)
            options.append(
                CoAPOption(
                    OptionNumber(rawValue: number),
                    (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }))
        }
        let payload = (0..<Int.random(in: 0...50, using: &generator)).map { _ in
            UInt8.random(in: 0...255, using: &generator)
        }
        return Message(
            [.confirmable, .nonConfirmable, .acknowledgement, .reset].randomElement(using: &generator) ?? .reset,
            Code(rawValue: .random(in: 1...255, using: &generator)),
            messageID: .random(in: 0...65_535, using: &generator), token: Token(token) ?? .empty,
            options: Options(options), payload: payload)
    }
}
