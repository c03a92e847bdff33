// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import CoAP

@Suite("Reading a ClientHello (RFC 6347 §4.2)")
struct ClientHelloTests {
    private func read(_ bytes: [UInt8]) -> Result<ClientHello, ClientHello.Problem> {
        do throws(ClientHello.Problem) { return .success(try ClientHello(bytes.span)) } catch { return .failure(error) }
    }

    @Test("Its parts are found where they stand")
    func parts() throws {
        var hello = HelloBytes()
        hello.sessionID = [1, 2, 3]
        hello.cookie = Array(40..<72)
        hello.sequence = 7
        let bytes = hello.bytes
        let read = try ClientHello(bytes.span)
        #expect(Array(bytes[read.cookie]) == hello.cookie)
        #expect(Array(bytes[read.parameters.before]) == [0xFE, 0xFD] + hello.random + [3, 1, 2, 3])
        #expect(Array(bytes[read.parameters.behind]) == [0, 4] + hello.ciphers + [1, 0])
        #expect(read.recordSequence == 7)
        hello.extensions = []
        #expect(throws: Never.self) { try ClientHello(hello.bytes.span) }
    }

    @Test("The answer repeats the record's number and is smaller than any hello")
    func verifyRequest() throws {
        var hello = HelloBytes()
        hello.extensions = []
        hello.ciphers = [0, 1]
        hello.sequence = 9
        let bytes = hello.bytes
        let answer = try ClientHello(bytes.span).verifyRequest(cookie: Array(1...32))
        #expect(answer.count == 60)
        #expect(bytes.count == 67)
        #expect(answer.prefix(13) == [22, 0xFE, 0xFF, 0, 0, 0, 0, 0, 0, 0, 9, 0, 47])
        #expect(answer[13..<28] == [3, 0, 0, 35, 0, 0, 0, 0, 0, 0, 0, 35, 0xFE, 0xFF, 32])
        #expect(Array(answer[28...]) == Array(1...32))
    }

    @Test("What is cut off or has lengths that do not fit is refused, wherever that is")
    func malformed() {
        let bytes = HelloBytes(cookie: Array(1...32)).bytes
        for end in 0..<bytes.count { #expect(read(Array(bytes.prefix(end))) == .failure(.malformed)) }
        // Version of record and hello, lengths of session id, cookie, ciphers, compression and extensions.
        for at in [1, 25, 59, 60, 93, 94, 99, 101] {
            var other = bytes
            other[at] ^= 0xFF
            #expect(read(other) == .failure(.malformed), "byte \(at)")
        }
    }

    @Test("What OpenSSL would refuse later is refused here: a third message, and bytes behind the hello in its record")
    func refusedLater() {
        var third = HelloBytes(cookie: Array(1...32)).bytes
        third[18] = 1
        #expect(throws: Never.self) { try ClientHello(third.span) }
        third[18] = 2
        #expect(read(third) == .failure(.malformed))
        var trailing = HelloBytes(cookie: Array(1...32)).bytes
        trailing.append(0)
        trailing[12] += 1
        #expect(read(trailing) == .failure(.malformed))
    }

    @Test("A hello in pieces is told from a malformed one")
    func fragmented() {
        var first = HelloBytes().bytes
        first[24] -= 1
        #expect(read(first) == .failure(.fragmented))
        var second = HelloBytes().bytes
        second[21] = 1
        #expect(read(second) == .failure(.fragmented))
    }

    @Test("Fifty thousand broken hellos: each is refused, or its parts lie within it; seeded")
    func fuzz() async {
        var generator = SeededGenerator(seed: 6347)
        for number in 0..<50_000 {
            await breathe(number)
            var bytes = HelloBytes(random: [UInt8](repeating: 1, count: 32), cookie: [UInt8](repeating: 2, count: 32))
                .bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) {
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
            }
            guard case .success(let hello) = read(bytes) else { continue }
            #expect(
                hello.cookie.upperBound <= bytes.count && hello.parameters.behind.upperBound <= bytes.count
                    && hello.parameters.before.upperBound < hello.cookie.lowerBound + 1)
        }
    }
}
