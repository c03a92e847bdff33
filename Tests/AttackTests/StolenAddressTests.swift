// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import TestSupport
import Testing

@Suite("The address of somebody else's session", .timeLimit(.minutes(15)))
struct StolenAddressTests {
    /// What an attacker sends who has a peer's address and none of its keys.
    private static func forgeries(_ generator: inout SeededGenerator) -> [[UInt8]] {
        func noise(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) } }
        let sequence = UInt64.random(in: 1...200, using: &generator)
        return [
            RawRequest(.post, "ledger", payload: Array("forged".utf8)).bytes,
            Record.make(
                Record.application, sequence: sequence, RawRequest(.post, "ledger", payload: [0x66]).bytes),
            Record.make(
                Record.application, epoch: 1, sequence: sequence, RawRequest(.post, "ledger", payload: [0x66]).bytes),
            Record.make(Record.application, epoch: 1, sequence: sequence, noise(48)),
            // Too short to be protected.
            Record.make(Record.application, epoch: 1, sequence: sequence, noise(3)),
            Record.make(Record.application, epoch: 2, sequence: 0, noise(48)),
            // close_notify and fatal alerts, in the clear and under the session's epoch.
            Record.make(Record.alert, sequence: sequence, [1, 0]),
            Record.make(Record.alert, sequence: sequence, [2, 20]),
            Record.make(Record.alert, epoch: 1, sequence: sequence, [2, 40]),
            Record.make(Record.alert, epoch: 1, sequence: sequence, noise(18)),
            Record.make(Record.changeCipherSpec, sequence: sequence, [1]),
            Record.make(Record.handshake, sequence: sequence, [20, 0, 0, 12, 0, 3, 0, 0, 0, 0, 0, 12] + noise(12)),
            Record.make(Record.handshake, sequence: sequence, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            Hello(&generator).datagram,
            Message(.reset, .empty, messageID: UInt16.random(in: 0...UInt16.max, using: &generator)).bytes,
        ]
    }

    @Test("Datagrams from the peer's own address neither run anything nor end its session")
    func sameAddress() async throws {
        try await AttackBench.run("a stolen address: the session's own", arguments: Target.longSessions) { target in
            let relay = try TamperingRelay(to: target.secure.port)
            defer { relay.stop() }
            let (tries, lost) = try await target.withSession(
                .preSharedKey(target.folder.insiderKey), through: relay.port
            ) { session in
                _ = try await session.get("public/x")
                let info = await session.connectionInfo
                var generator = SeededGenerator(seed: 4711)
                var (tries, lost) = (0, 0)
                for _ in 0..<50 {
                    for datagram in Self.forgeries(&generator) {
                        relay.sendToServer(datagram)
                        relay.sendToClient(datagram)
                        tries += 2
                    }
                    let answer = try await session.get("public/x")
                    let now = await session.connectionInfo
                    if answer.text != "public" || now != info { lost += 1 }
                }
                return (tries, lost)
            }
            let ledger = try await target.witness().ledger.count
            // Without DTLS an address is all it takes.
            let control = try await Target.with([]) { other in
                var generator = SeededGenerator(seed: 4711)
                let socket = try AttackSocket(to: other.plain.port)
                for datagram in Self.forgeries(&generator) {
                    _ = try await socket.ask(datagram, tries: 1, milliseconds: 50)
                }
                return try await other.witness().ledger.count
            }
            return AttackBench.Outcome(
                tries: tries, gotThrough: lost + ledger, control: ("plain CoAP", control))
        }
    }

    /// OpenSSL 3.0 would end the session over a record that is shorter than what protects it.
    @Test("Records that are too short to be protected do not end a session, whatever its cipher")
    func shortRecords() async throws {
        try await AttackBench.run("a record too short to be protected", arguments: Target.longSessions) { target in
            let key = ClientSecurity.preSharedKey(target.folder.insiderKey)
            let port = target.secure.port
            let suites = ["PSK-AES128-CCM8", "PSK-AES128-CCM", "PSK-AES128-GCM-SHA256", "PSK-CHACHA20-POLY1305"]
            var (tries, ended) = (0, 0)
            for suite in suites {
                let result = try await Self.endByShortRecords(key, port, suite)
                tries += result.tries
                ended += result.ended
            }
            let control = try await LibcoapServer.with { port, key in
                try await Self.endByShortRecords(.preSharedKey(key), port, nil).ended
            }
            return AttackBench.Outcome(
                tries: tries, gotThrough: ended, control: ("libcoap's coap-server-openssl", control))
        }
    }

    private static func endByShortRecords(
        _ security: ClientSecurity, _ port: UInt16, _ suite: String?
    ) async throws -> (tries: Int, ended: Int) {
        try await AttackSocket.blocking {
            var victim = try SecureAttacker(security, to: port, suites: suite.map { [$0] })
            var (tries, ended) = (0, 0)
            for type in [Record.application, Record.alert, Record.handshake] {
                for size in 0...40 {
                    tries += 1
                    let short = Record.make(
                        type, epoch: 1, sequence: UInt64(100 + tries), [UInt8](repeating: 7, count: size))
                    // From the victim's address; a good one in front of it in the same datagram does not help either.
                    victim.socket.send(short)
                    victim.socket.send(Record.make(Record.alert, sequence: 9, [1, 0]) + short)
                    if victim.ask(RawRequest(.get, "public", "x")) == nil || !victim.isConnected {
                        ended += 1
                        victim = try SecureAttacker(security, to: port, suites: suite.map { [$0] })
                    }
                }
            }
            return (tries, ended)
        }
    }

    @Test("A session's records from another address do nothing, and the session stays where it is")
    func otherAddress() async throws {
        try await AttackBench.run("a stolen session: from another address", arguments: Target.longSessions) { target in
            let result = try await Self.sendElsewhere(target.secure, .preSharedKey(target.folder.insiderKey), target)
            let control = try await Target.with([]) { other in
                try await Self.sendElsewhere(other.plain, .plain, other).effects
            }
            return AttackBench.Outcome(
                tries: result.tries, gotThrough: result.effects, control: ("plain CoAP", control))
        }
    }

    /// Sends each datagram of a client from another address first; returns how many had an effect or were answered.
    private static func sendElsewhere(
        _ uri: CoAPURI, _ security: ClientSecurity, _ target: Target
    ) async throws -> (tries: Int, effects: Int) {
        let elsewhere = try AttackSocket(to: uri.port, from: AttackSocket.source(99))
        let tries = Locked(0)
        let relay = try TamperingRelay(to: uri.port)
        defer { relay.stop() }
        let isSecure = uri.scheme == .coaps
        relay.setRule { direction, datagram in
            if direction == .toServer, !isSecure || Record.isApplication(datagram) {
                for _ in 0..<3 { elsewhere.send(datagram) }
                tries.withLock { $0 += 3 }
            }
            return [datagram]
        }
        var behind = uri
        behind.port = relay.port
        let count = 40
        try await CoAPClient.withSession(to: behind, security: security, configuration: Target.patient) { session in
            for number in 0..<count {
                let answer = try await session.post("ledger", text: "entry \(number)")
                #expect(answer.code == .changed)
            }
        }
        let ledger = try await target.witness().ledger.count
        let replies = elsewhere.received().count { !isSecure || Record.isApplication($0) }
        return (tries.withLock { $0 }, replies + ledger - count)
    }

    @Test("A malformed hello and a forged record do not end an innocent session")
    func crossSession() async throws {
        try await AttackBench.run("a malformed hello ends another's session", arguments: Target.longSessions) {
            target in
            let key = target.folder.insiderKey
            let result = try await Self.endSession(of: key, at: target.secure, rounds: 400)
            let control = try await LibcoapServer.with { port, key in
                var uri = target.secure
                uri.port = port
                return try await Self.endSession(of: key, at: uri, rounds: 20)
            }
            return AttackBench.Outcome(
                tries: 400, gotThrough: result, control: ("libcoap's coap-server-openssl", control))
        }
    }

    /// Sends both, many times; returns how often the peer found its session gone.
    private static func endSession(of key: PreSharedKey, at uri: CoAPURI, rounds: Int) async throws -> Int {
        let relay = try TamperingRelay(to: uri.port)
        defer { relay.stop() }
        var behind = uri
        behind.port = relay.port
        let stranger = try AttackSocket(to: uri.port, from: AttackSocket.source(5))
        return try await CoAPClient.withSession(
            to: behind, security: .preSharedKey(key), configuration: Target.patient
        ) { session in
            _ = try await session.get("public/x")
            var info = await session.connectionInfo
            var ended = 0
            for round in 0..<rounds {
                stranger.send([22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
                relay.sendToServer(
                    Record.make(Record.application, epoch: 1, sequence: 99, [UInt8](repeating: 7, count: 24)))
                // Under load both stand side by side in one batch; without it one comes behind the other.
                guard round % 4 == 3 else { continue }
                do {
                    _ = try await session.get("public/x")
                } catch let error as CoAPError where error.code == .closed {
                    // What libcoap's server does to it; the next request makes a new session.
                }
                let now = await session.connectionInfo
                if now != info { ended += 1 }
                info = now
            }
            return ended
        }
    }
}
