// SPDX-License-Identifier: Apache-2.0

import CoAP
import TestSupport
import Testing

@Suite("Guessing", .timeLimit(.minutes(15)))
struct GuessingTests {
    @Test("Responses of somebody who cannot see the request, from his own address and from the server's")
    func responses() async throws {
        try await AttackBench.run("forged responses with guessed tokens", arguments: Target.longSessions) { target in
            let blind = try await Self.forge(target, knowsToken: false, requests: 20)
            let control = try await Self.forge(target, knowsToken: true, requests: 1)
            return AttackBench.Outcome(
                tries: blind.tries, gotThrough: blind.believed, control: ("who sees the token", control.believed))
        }
    }

    /// Answers each request of a plain client before the server does; returns how many answers were believed.
    private static func forge(
        _ target: Target, knowsToken: Bool, requests: Int
    ) async throws -> (tries: Int, believed: Int) {
        let generator = Locked(SeededGenerator(seed: 55))
        let tries = Locked(0)
        let relay = try TamperingRelay(to: target.plain.port)
        defer { relay.stop() }
        let elsewhere = try AttackSocket(to: target.plain.port, from: AttackSocket.source(55))
        relay.setRule { direction, datagram in
            // Requests alone: the client refuses what it is sent, too.
            guard direction == .toServer, let request = Message(datagram), 1...31 ~= request.code.rawValue else {
                return [datagram]
            }
            func forged(_ type: MessageType, _ id: UInt16, _ token: Token) -> [UInt8] {
                Message(type, .content, messageID: id, token: token, payload: Array("forged".utf8)).bytes
            }
            if knowsToken {
                relay.sendToClient(forged(.acknowledgement, request.messageID, request.token))
                tries.withLock { $0 += 1 }
            } else {
                generator.withLock { generator in
                    for number in 0..<100 {
                        // Non-confirmable and confirmable ones may come with any message id; that of the request, which has
                        // but 16 bits, was guessed.
                        let count = number % 9
                        let token = Token((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
                        let type = [MessageType.nonConfirmable, .confirmable, .acknowledgement][number % 3]
                        let id = UInt16.random(in: 0...UInt16.max, using: &generator)
                        let isGuessed = type == .acknowledgement || number.isMultiple(of: 5)
                        relay.sendToClient(forged(type, isGuessed ? request.messageID : id, token ?? .empty))
                    }
                }
                // The exact token, but not the server's address.
                if let client = relay.clientPort {
                    for type: MessageType in [.acknowledgement, .nonConfirmable, .reset] {
                        elsewhere.send(forged(type, request.messageID, request.token), to: client)
                    }
                }
                tries.withLock { $0 += 103 }
            }
            return [datagram]
        }
        var uri = target.plain
        uri.port = relay.port
        let believed = try await CoAPClient.withSession(to: uri, security: .plain, configuration: Target.patient) {
            session in
            var believed = 0
            for _ in 0..<requests where try await session.get("public/x").text != "public" { believed += 1 }
            return believed
        }
        return (tries.withLock { $0 }, believed)
    }

    @Test("Others cannot end an observation, whatever its token and message ids")
    func observations() async throws {
        try await AttackBench.run("guessed tokens and resets against an observation", arguments: Target.longSessions) {
            target in
            let observer = try AttackSocket(to: target.plain.port, from: AttackSocket.source(1))
            let token = Token([0x51, 0x52]) ?? .empty
            @Sendable func request(_ observe: UInt32) -> [UInt8] {
                var request = RawRequest(.get, "live", token: token, type: .nonConfirmable)
                request.message.options.observe = observe
                return request.bytes
            }
            let registered = try await observer.ask(request(0), tries: 1, milliseconds: 60_000)
            #expect(registered.flatMap { Message($0) }?.options.observe != nil)
            func isTold() async throws -> Bool {
                try await target.withOperator { _ = try await $0.post("live") }
                return try await AttackSocket.blocking { observer.receive(milliseconds: 60_000) } != nil
            }
            let port = target.plain.port
            var tries = 0
            var missed = 0
            for round in 0..<4 {
                let isStillTold = try await isTold()
                if !isStillTold { missed += 1 }
                // The exact token, every token of two bytes near it, and resets for a quarter of all message ids a round.
                try await AttackSocket.blocking {
                    let attacker = try AttackSocket(to: port, from: AttackSocket.source(2))
                    for number in 0..<1_000 {
                        attacker.send(request(1))
                        var guess = RawRequest(.get, "live", type: .nonConfirmable)
                        guess.message.token = Token([0x51, UInt8(number & 0xFF)]) ?? .empty
                        guess.message.options.observe = 1
                        attacker.send(guess.bytes)
                        if number.isMultiple(of: 50) { _ = attacker.receive(milliseconds: 500) }
                    }
                    for number in 0..<16_384 {
                        attacker.send(Message(.reset, .empty, messageID: UInt16(round * 16_384 + number)).bytes)
                        if number.isMultiple(of: 100) {
                            attacker.send(RawRequest(.get, "honest").bytes)
                            _ = attacker.receive(milliseconds: 500)
                        }
                    }
                }
                tries += 2_000 + 16_384
            }
            if try await !isTold() { missed += 1 }
            // What is left of the flood is read when this is answered; before, the socket may have no room.
            _ = try await AttackSocket(to: port).ask(RawRequest(.get, "honest").bytes)
            // From its own address the same request ends it: there are no more renderings for it. Notifications that it has not
            // acknowledged come again before the answer.
            try await AttackSocket.blocking {
                observer.send(request(1))
                while let datagram = observer.receive(milliseconds: 60_000), Message(datagram)?.options.observe != nil {
                }
            }
            let before = try await target.witness().runs(of: "GET /live")
            try await target.withOperator { _ = try await $0.post("live") }
            let after = try await target.witness().runs(of: "GET /live")
            return AttackBench.Outcome(
                tries: tries, gotThrough: missed, control: ("the observer's own address", after == before ? 1 : 0))
        }
    }
}
