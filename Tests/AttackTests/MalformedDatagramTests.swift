// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import TestSupport
import Testing

/// Seeded, so that what goes wrong goes wrong again. `make attack-fuzz` sends more than a million to a server that is built with
/// the address sanitizer.
@Suite("Malformed datagrams leave the server serving", .timeLimit(.minutes(60)))
struct MalformedDatagramTests {
    @Test("At the plain port")
    func plain() async throws {
        try await AttackBench.run("malformed datagrams, plain") { target in
            let port = target.plain.port
            let unanswered = try await AttackSocket.blocking {
                var malformed = Malformed(SeededGenerator(seed: 20_261_124))
                let sockets = try (0..<8).map { try AttackSocket(to: port, from: AttackSocket.source($0)) }
                let probe = try AttackSocket(to: port)
                var unanswered = 0
                for number in 0..<Scale.malformed {
                    sockets[number % sockets.count].send(malformed.message())
                    guard number % 100 == 99 else { continue }
                    // So that none is lost in a full buffer, and the first that hurts is found.
                    probe.send(RawRequest(.get, "honest").bytes)
                    if probe.receive(milliseconds: 120_000) == nil { unanswered += 1 }
                    sockets.forEach { _ = $0.received() }
                    if unanswered > 3 { break }
                }
                return unanswered
            }
            return AttackBench.Outcome(
                tries: Scale.malformed, gotThrough: unanswered + AttackBench.secrets(try await target.witness()),
                control: nil)
        }
    }

    @Test("At the DTLS port, without a key: hellos, records, noise, and good sessions' datagrams spoiled")
    func secure() async throws {
        try await AttackBench.run("malformed datagrams, DTLS") { target in
            let corpus = try await Self.corpus(target)
            let port = target.secure.port
            let key = ClientSecurity.preSharedKey(target.folder.insiderKey)
            let unanswered = try await AttackSocket.blocking {
                var malformed = Malformed(SeededGenerator(seed: 5684), corpus: corpus)
                let sockets = try (0..<8).map { try AttackSocket(to: port, from: AttackSocket.source($0)) }
                // One session stays all the time, and its own address is among those that are used.
                let victim = try SecureAttacker(key, to: port)
                var unanswered = 0
                for number in 0..<Scale.malformed {
                    let datagram = malformed.record()
                    (number % 9 == 8 ? victim.socket : sockets[number % sockets.count]).send(datagram)
                    guard number % 100 == 99 else { continue }
                    if victim.ask(RawRequest(.get, "honest")) == nil { unanswered += 1 }
                    sockets.forEach { _ = $0.received() }
                    if unanswered > 3 { break }
                }
                return unanswered
            }
            return AttackBench.Outcome(
                tries: Scale.malformed, gotThrough: unanswered + AttackBench.secrets(try await target.witness()),
                control: nil)
        }
    }

    @Test("From a device with a key, inside its session")
    func inside() async throws {
        try await AttackBench.run("malformed messages of a device with a key") { target in
            let port = target.secure.port
            let key = ClientSecurity.preSharedKey(target.folder.insiderKey)
            let unanswered = try await AttackSocket.blocking {
                var malformed = Malformed(SeededGenerator(seed: 5683))
                let device = try SecureAttacker(key, to: port)
                let other = try SecureAttacker(key, to: port)
                var unanswered = 0
                for number in 0..<Scale.malformed {
                    device.send(malformed.message())
                    guard number % 50 == 49 else { continue }
                    if other.ask(RawRequest(.get, "honest")) == nil { unanswered += 1 }
                    while !device.receive(milliseconds: 0).isEmpty {}
                    if unanswered > 3 { break }
                }
                return unanswered
            }
            return AttackBench.Outcome(
                tries: Scale.malformed, gotThrough: unanswered + AttackBench.secrets(try await target.witness()),
                control: nil)
        }
    }

    /// The datagrams of good sessions, one with a key and one with certificates.
    private static func corpus(_ target: Target) async throws -> [[UInt8]] {
        let certificate = ClientSecurity.certificate(
            try target.folder.keys.deviceCredential(named: "device-2"), trust: try target.folder.keys.trustAnchors())
        var corpus: [[UInt8]] = []
        for security in [ClientSecurity.preSharedKey(target.folder.insiderKey), certificate] {
            let relay = try TamperingRelay(to: target.secure.port)
            try await target.withSession(security, through: relay.port) { _ = try await $0.get("public/x") }
            corpus += relay.recorded(.toServer) + relay.recorded(.toClient)
            relay.stop()
        }
        return corpus
    }
}
