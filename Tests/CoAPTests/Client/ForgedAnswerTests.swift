// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import TestSupport
import Testing

@testable import CoAP

@Suite("Forged answers on plain CoAP", .timeLimit(.minutes(5)))
struct ForgedAnswerTests {
    /// The way the true answer comes.
    enum Way: CaseIterable {
        case piggybacked, separate, nonConfirmable

        func answer(to request: RawHeader, id: UInt16 = 7, payload: String = "true") -> [[UInt8]] {
            let payload = Array(payload.utf8)
            func message(_ type: MessageType) -> [UInt8] {
                Message(type: type, code: .content, messageID: id, token: request.token, payload: payload).bytes
            }
            switch self {
            case .piggybacked: return [request.piggybacked(payload: payload)]
            case .separate: return [request.acknowledgement, message(.confirmable)]
            case .nonConfirmable: return [message(.nonConfirmable)]
            }
        }
    }

    /// A server that says this to each request, and nothing to anything else.
    private static func server(_ answer: @escaping @Sendable (RawHeader, _ number: Int) -> [[UInt8]]) throws
        -> FakeServer
    {
        let number = CallCounter()
        return try FakeServer { message, _, _ in
            guard let message, message.code.isRequest else { return [] }
            return answer(message, number.increment())
        }
    }

    /// Nothing is repeated, which would hide what was lost.
    private static func once(_ configuration: inout ClientConfiguration) {
        configuration.transmission.ackTimeout = .seconds(600)
    }

    @Test("The true answer is believed, whatever comes before and after it", arguments: Forgery.allCases, Way.allCases)
    func answered(forgery: Forgery, way: Way) async throws {
        let server = try Self.server { request, number in
            [forgery.datagram(request.messageID)] + way.answer(to: request, id: UInt16(number))
                + [forgery.datagram(request.messageID)]
        }
        try await server.withSession(Self.once) { session in
            for _ in 0..<2 {
                let text = try await session.get("x").text
                #expect(text == "true")
            }
        }
    }

    @Test("What comes ahead of a request with its id does not harm it", arguments: Forgery.allCases)
    func ahead(forgery: Forgery) async throws {
        // libcoap counts its ids, as whoever has seen one may guess.
        let server = try Self.server { request, _ in
            Way.piggybacked.answer(to: request) + [forgery.datagram(request.messageID &+ 1)]
        }
        try await server.withSession(Self.once) { session in
            for _ in 0..<3 {
                let text = try await session.get("x").text
                #expect(text == "true")
            }
        }
    }

    @Test("A separate response is believed though a forged one came with its id", arguments: Forgery.allCases)
    func separateID(forgery: Forgery) async throws {
        let server = try Self.server { request, number in
            let id = UInt16(100 + number)
            return [request.acknowledgement, forgery.datagram(id)]
                + Way.separate.answer(to: request, id: id).dropFirst()
        }
        try await server.withSession(Self.once) { session in
            for _ in 0..<2 {
                let text = try await session.get("x").text
                #expect(text == "true")
            }
        }
        // They are acknowledged, too.
        for id in [UInt16(101), 102] {
            var acknowledged: RawHeader?
            while acknowledged?.type != .acknowledgement, let next = await server.next() {
                acknowledged = RawHeader(next)
            }
            #expect(acknowledged?.messageID == id)
        }
    }

    @Test("A request is repeated until it is answered, whatever comes with its id", arguments: Forgery.powerless)
    func repeated(forgery: Forgery) async throws {
        let server = try Self.server { request, number in
            number % 2 == 0 ? Way.piggybacked.answer(to: request) : [forgery.datagram(request.messageID)]
        }
        try await server.withSession({ $0.transmission.ackTimeout = .seconds(1) }) { session in
            for _ in 0..<2 {
                let text = try await session.get("x").text
                #expect(text == "true")
            }
        }
        #expect(server.received.filter { RawHeader($0)?.code.isRequest == true }.count >= 4)
    }

    @Test("A ping is repeated until it is answered", arguments: Forgery.powerless)
    func ping(forgery: Forgery) async throws {
        let pings = CallCounter()
        let server = try FakeServer { message, datagram, _ in
            guard let message, message.type == .confirmable, datagram.count == 4 else { return [] }
            return pings.increment() == 1 ? [forgery.datagram(message.messageID)] : [message.reset]
        }
        try await server.withSession({ $0.transmission.ackTimeout = .seconds(1) }) { session in
            _ = try await session.ping(timeout: .seconds(30))
        }
    }

    @Test("Floods of everything around the answer", arguments: [1, 2, 3] as [UInt64])
    func flood(seed: UInt64) async throws {
        let generator = Locked(SeededGenerator(seed: seed))
        let server = try Self.server { request, number in
            generator.withLock { generator in
                let way = Way.allCases[number % Way.allCases.count]
                let id = UInt16.random(in: 0...UInt16.max, using: &generator)
                // As many as the socket holds, with what is still in it.
                return Forgery.flood(around: request.messageID, count: 60, &generator)
                    + Forgery.flood(around: id, count: 20, &generator)
                    + way.answer(to: request, id: id, payload: "true \(number)")
                    + Forgery.flood(around: request.messageID, count: 20, &generator)
            }
        }
        // A datagram that finds the socket full is lost, as anywhere.
        try await server.withSession({ $0.transmission.ackTimeout = .seconds(1) }) { session in
            for _ in 0..<60 {
                let text = try await session.get("x").text
                #expect(text.hasPrefix("true"))
            }
        }
    }

    @Test(
        "Bodies in blocks come through whole among forged blocks",
        arguments: [Forgery.block, .nonConfirmableBlock, .confirmableBlock, .challenge])
    func blocks(forgery: Forgery) async throws {
        let body = BlockBody.bytes(20_000)
        let sink = BlockSink()
        let server = try FakeServer { header, datagram, _ in
            guard let header, header.code.isRequest, let message = Message(datagram) else { return [] }
            var response = Response(.content)
            if message.code == Method.put.code {
                response = sink.answer(message)
            } else {
                let asked = message.options.block2 ?? BlockOption(number: 0, size: 1024)
                let end = min(asked.offset + asked.size, body.count)
                response.payload = Array(body[min(asked.offset, end)..<end])
                response.options.eTags = [[1]]
                response.options.block2 = BlockOption(
                    number: asked.number, hasMore: end < body.count, size: asked.size)
            }
            let answer = header.piggybacked(response.code, options: response.options, payload: response.payload)
            return [forgery.datagram(header.messageID), answer, forgery.datagram(header.messageID &+ 1)]
        }
        try await server.withSession(Self.once) { session in
            let read = try await session.get("x").payload
            #expect(read == body)
            let written = try await session.put("x", body).code
            #expect(written == .changed)
        }
        #expect(sink.bodies == [body])
    }

    @Test("Notifications are taken and acknowledged among forged ones with their ids", arguments: Forgery.allCases)
    func notifications(forgery: Forgery) async throws {
        let server = try FakeServer { header, datagram, _ in
            guard let header, header.code.isRequest, let message = Message(datagram) else { return [] }
            guard message.options.observe == 0 else { return [header.piggybacked()] }
            func notification(_ number: UInt32, _ type: MessageType, _ id: UInt16) -> [UInt8] {
                var options = Options()
                options.observe = number
                return Message(
                    type: type, code: .content, messageID: id, token: header.token, options: options,
                    payload: Array("\(number)".utf8)
                ).bytes
            }
            return [
                forgery.datagram(header.messageID), notification(1, .acknowledgement, header.messageID),
                forgery.datagram(500), notification(2, .confirmable, 500), forgery.datagram(501),
                notification(3, .nonConfirmable, 501), forgery.datagram(502), notification(4, .confirmable, 502),
            ]
        }
        try await server.withSession(Self.once) { session in
            try await session.observe("x") { states in
                for try await state in states {
                    if case .value(let value) = state, value.response.text == "4" { break }
                }
            }
        }
        let acknowledged = server.received.compactMap { RawHeader($0) }.filter { $0.type == .acknowledgement }
        #expect(acknowledged.map(\.messageID) == [500, 502])
    }

    @Test("A server's own reset still ends a request")
    func reset() async throws {
        let server = try Self.server { request, _ in [request.reset] }
        try await server.withSession(Self.once) { session in
            let error = await #expect(throws: CoAPError.self) { try await session.get("x") }
            #expect(error?.code == .protocolError)
        }
    }
}
