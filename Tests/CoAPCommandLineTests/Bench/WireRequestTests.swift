// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import CoAPCommandLine

@Suite("Requests of the load generator")
struct WireRequestTests {
    @Test("A request as RFC 7252 §3 writes it")
    func encode() throws {
        var request = WireRequest(try Request(.get, "a/bc?d", accept: .json))
        request.number(0x0102_0304)
        #expect(
            request.bytes == [
                0x44, 0x01, 0x03, 0x04, 1, 2, 3, 4, 0xB1, 0x61, 0x02, 0x62, 0x63, 0x41, 0x64, 0x21, 0x32,
            ])
        let put = WireRequest(try Request(.put, "a", contentFormat: .text, payload: [7]))
        #expect(put.bytes.dropFirst(8) == [0xB1, 0x61, 0x10, 0xFF, 7])
    }

    @Test("Deltas and lengths of one and two more bytes")
    func extended() {
        var options = Options()
        options.append(CoAPOption(OptionNumber(rawValue: 12), [UInt8](repeating: 1, count: 12)))
        options.append(CoAPOption(OptionNumber(rawValue: 25), [UInt8](repeating: 2, count: 13)))
        options.append(CoAPOption(OptionNumber(rawValue: 2000), [UInt8](repeating: 3, count: 300)))
        let bytes = WireRequest(Request(method: .get, options: options)).bytes
        #expect(bytes[8] == 0xCC)
        #expect(bytes[21..<24] == [0xDD, 0, 0])
        // 1975 - 269 and 300 - 269.
        #expect(bytes[37..<42] == [0xEE, 0x06, 0xAA, 0, 31])
        #expect(bytes.count == 342)
    }

    @Test("Responses are told from all else")
    func response() throws {
        func response(_ bytes: [UInt8]) -> (number: UInt32, code: Code)? {
            bytes.withUnsafeBytes { WireRequest.response($0) }
        }
        // Piggybacked, separate and unasked for confirmation.
        for first in [UInt8(0x64), 0x44, 0x54] {
            let found = try #require(response([first, 0x45, 9, 9, 1, 2, 3, 4, 0xFF, 1]))
            #expect(found.number == 0x0102_0304 && found.code == .content)
        }
        #expect(response([0x64, 0x84, 0, 0, 0, 0, 0, 1])?.code == .notFound)
        for other: [UInt8] in [
            [], [0x60, 0, 9, 9], [0x64, 0x45, 9, 9, 1, 2, 3], [0x62, 0x45, 9, 9, 1, 2, 3, 4],
            [0x64, 0x01, 9, 9, 1, 2, 3, 4], [0xA4, 0x45, 9, 9, 1, 2, 3, 4], [0x64, 0x00, 9, 9, 1, 2, 3, 4],
        ] { #expect(response(other) == nil, "\(other)") }
    }

    @Test("The block that follows is found, whatever stands before it")
    func nextBlock() {
        func next(_ options: Options) -> UInt32? {
            let token = Token([1, 2, 3, 4]) ?? .empty
            let message = Message(
                .acknowledgement, .content, messageID: 1, token: token, options: options, payload: [1])
            return message.bytes.withUnsafeBytes { WireRequest.nextBlock($0) }
        }
        var options = Options()
        #expect(next(options) == nil)
        options.block2 = BlockOption(number: 70, hasMore: true)
        #expect(next(options) == 71)
        options.eTags = [[1, 2, 3]]
        options.contentFormat = .json
        options.size2 = 100_000
        options.append(CoAPOption(OptionNumber(rawValue: 20), [UInt8](repeating: 1, count: 100)))
        #expect(next(options) == 71)
        options.block2 = BlockOption(number: 70)
        #expect(next(options) == nil)
        for count in 0..<30 { _ = [UInt8](repeating: 0xEE, count: count).withUnsafeBytes { WireRequest.nextBlock($0) } }
    }
}
