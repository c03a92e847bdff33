// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@Suite("Malformed datagrams leave the server serving")
struct MalformedDatagramTests {
    private static func router() -> Router {
        let router = Router()
        router.get("ok") { _, _ in "ok" }
        router.get("slow") { _, _ in
            try await Task.sleep(for: .milliseconds(1))
            return "slow"
        }
        router.put("body/{name}") { request, context in
            Response(.changed, payload: request.payload + Array(context.parameters["name"].utf8), contentFormat: .text)
        }
        return router
    }

    @Test("50,000 datagrams over UDP, from noise to nearly right, seeded")
    func plain() async throws {
        try await Loopback.withServer(Self.router()) { uris in
            var generator = SeededGenerator(seed: 20_261_124)
            let sockets = try (0..<8).map { _ in try RawSocket(to: uris[0]) }
            for number in 0..<50_000 {
                let socket = sockets[number % sockets.count]
                socket.send(Self.datagram(number, &generator))
                if number % 200 == 0 {
                    socket.drain()
                    await Task.yield()
                }
            }
            try await Self.expectServing(uris[0], security: .plain)
        }
    }

    @Test("50,000 datagrams at the DTLS port: hellos, records and noise, seeded")
    func secure() async throws {
        let key = try PreSharedKey(identity: "me", key: Secret("a key of sixteen and more".utf8))
        try await Loopback.withServer(
            Self.router(), endpoints: [.coaps("::1", port: 0)],
            security: .preSharedKeys(try PreSharedKeyTable([key]))
        ) { uris in
            var generator = SeededGenerator(seed: 5684)
            let sockets = try (0..<8).map { _ in try RawSocket(to: uris[0]) }
            for number in 0..<50_000 {
                let socket = sockets[number % sockets.count]
                socket.send(Self.record(number, &generator))
                if number % 200 == 0 {
                    socket.drain()
                    await Task.yield()
                }
            }
            try await Self.expectServing(uris[0], security: .preSharedKey(key))
        }
    }

    private static func expectServing(_ uri: CoAPURI, security: ClientSecurity) async throws {
        try await CoAPClient.withSession(to: uri, security: security) { session in
            let answer = try await session.get("ok")
            #expect(answer.text == "ok")
            let slow = try await session.get("slow")
            #expect(slow.text == "slow")
        }
    }

    /// A valid request, and then something wrong with it.
    private static func datagram(_ number: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        func random(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
        if number.isMultiple(of: 5) { return (0..<random(0..<64)).map { _ in UInt8(random(0..<256)) } }
        var options = Options()
        options.uriPath = [["ok", "slow", "body", ".well-known"][random(0..<4)], "x"]
        for _ in 0..<random(0..<4) {
            options.append(
                CoAPOption(
                    OptionNumber(rawValue: UInt16(random(0..<300))),
                    (0..<random(0..<20)).map { _ in UInt8(random(0..<256)) }))
        }
        var bytes = Message(
            type: MessageType(rawValue: UInt8(random(0..<4))) ?? .reset,
            code: Code(rawValue: UInt8(random(0..<4) == 0 ? random(0..<256) : random(1..<8))),
            messageID: UInt16(random(0..<65536)), token: (0..<random(0..<9)).map { _ in UInt8(random(0..<256)) },
            options: options, payload: (0..<random(0..<200)).map { _ in UInt8(random(0..<256)) }
        ).bytes
        switch random(0..<5) {
        case 0: bytes.removeLast(random(0..<bytes.count))
        case 1: for _ in 0..<3 { bytes[random(0..<bytes.count)] = UInt8(random(0..<256)) }
        case 2: bytes += (0..<random(0..<1500)).map { _ in UInt8(random(0..<256)) }
        case 3: bytes[0] = UInt8(random(0..<256))
        default: break
        }
        return bytes
    }

    /// A DTLS record that may be a hello, a handshake fragment, an alert, application data or none of them.
    private static func record(_ number: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        func random(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
        if number.isMultiple(of: 7) { return (0..<random(0..<80)).map { _ in UInt8(random(0..<256)) } }
        var body: [UInt8]
        let type: UInt8
        switch random(0..<4) {
        case 0, 1:
            type = 22
            var hello: [UInt8] = [0xFE, 0xFD] + (0..<32).map { _ in UInt8(random(0..<256)) }
            hello += [0, UInt8(random(0..<4) == 0 ? 32 : 0), 0, 4, 0xC0, 0xA8, 0xC0, 0xAE, 1, 0]
            let length = random(0..<4) == 0 ? random(0..<500) : hello.count
            body = [1, 0, UInt8(length >> 8), UInt8(length & 0xFF), 0, UInt8(random(0..<3)), 0, 0, 0, 0]
            body += [UInt8(length >> 8), UInt8(length & 0xFF)] + hello
        case 2:
            type = 21
            body = [UInt8(random(0..<3)), UInt8(random(0..<120))]
        default:
            type = 23
            body = (0..<random(0..<120)).map { _ in UInt8(random(0..<256)) }
        }
        if random(0..<3) == 0, !body.isEmpty { body[random(0..<body.count)] ^= UInt8(random(1..<256)) }
        return [type, 0xFE, 0xFD, 0, UInt8(random(0..<2)), 0, 0, 0, 0, 0, UInt8(random(0..<256))]
            + [UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }
}

/// A generator whose numbers are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
