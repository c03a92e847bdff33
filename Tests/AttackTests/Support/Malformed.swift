// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Datagrams from noise to nearly right, the same for the same seed.
struct Malformed<Generator: RandomNumberGenerator> {
    private var generator: Generator
    private var number = 0
    /// Datagrams of good sessions, which are spoiled.
    private let corpus: [[UInt8]]

    init(_ generator: Generator, corpus: [[UInt8]] = []) {
        self.generator = generator
        self.corpus = corpus
    }

    private mutating func random(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
    private mutating func bytes(_ range: Range<Int>) -> [UInt8] {
        (0..<random(range)).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// A valid request, and then something wrong with it.
    mutating func message() -> [UInt8] {
        number += 1
        if number.isMultiple(of: 5) { return bytes(0..<64) }
        var options = Options()
        options.uriPath = [["value", "slow", "body", ".well-known", "live", "secret"][random(0..<6)], "x"]
        if random(0..<2) == 0 { options.removeAll(.uriPath) }
        if random(0..<2) == 0 {
            options.uriPath = [["value", "slow", "body", "live", "large", "ledger"][random(0..<6)]]
        }
        for _ in 0..<random(0..<4) {
            // What servers look at, and numbers that mean nothing.
            let known = [1, 3, 4, 5, 6, 8, 11, 12, 14, 15, 17, 23, 27, 28, 35, 39, 60, 252, 258, 292]
            let chosen = random(0..<2) == 0 ? known[random(0..<known.count)] : random(0..<300)
            options.append(CoAPOption(OptionNumber(rawValue: UInt16(chosen)), bytes(0..<20)))
        }
        let type = MessageType(rawValue: UInt8(random(0..<4))) ?? .reset
        let code = Code(rawValue: UInt8(random(0..<4) == 0 ? random(0..<256) : random(1..<8)))
        let id = UInt16(random(0..<65536))
        let token = Token(bytes(0..<9)) ?? .empty
        let payload = bytes(0..<200)
        return spoiled(
            Message(type, code, messageID: id, token: token, options: options, payload: payload).bytes)
    }

    /// A DTLS record that may be a hello, a handshake fragment, an alert, application data or none of them, or one of a good
    /// session, spoiled.
    mutating func record() -> [UInt8] {
        number += 1
        if number.isMultiple(of: 7) { return bytes(0..<80) }
        if number.isMultiple(of: 2), !corpus.isEmpty { return spoiled(corpus[random(0..<corpus.count)]) }
        var content: [UInt8]
        let type: UInt8
        switch random(0..<4) {
        case 0, 1:
            type = Record.handshake
            var hello = Hello(&generator)
            hello.cookie = bytes(0..<40)
            hello.sessionID = random(0..<4) == 0 ? bytes(0..<33) : []
            return spoiled(hello.datagram)
        case 2:
            type = Record.alert
            content = [UInt8(random(0..<3)), UInt8(random(0..<120))]
        default:
            type = Record.application
            content = bytes(0..<120)
        }
        if random(0..<3) == 0, !content.isEmpty { content[random(0..<content.count)] ^= UInt8(random(1..<256)) }
        return Record.make(type, epoch: UInt16(random(0..<2)), sequence: UInt64(random(0..<256)), content)
    }

    private mutating func spoiled(_ datagram: [UInt8]) -> [UInt8] {
        var datagram = datagram
        guard !datagram.isEmpty else { return datagram }
        switch random(0..<6) {
        case 0: datagram.removeLast(random(0..<datagram.count))
        case 1: for _ in 0..<3 { datagram[random(0..<datagram.count)] = UInt8(random(0..<256)) }
        case 2: datagram += bytes(0..<1500)
        case 3: datagram[0] = UInt8(random(0..<256))
        case 4: datagram[random(0..<datagram.count)] ^= 1 << UInt8(random(0..<8))
        default: break
        }
        return datagram
    }
}
