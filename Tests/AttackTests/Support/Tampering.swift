// SPDX-License-Identifier: Apache-2.0

import CoAP
import TestSupport

/// What a man in the middle without credentials can do to datagrams.
enum Tampering: String, CaseIterable, Sendable {
    case flips = "flips bits"
    case truncations = "truncates"
    case replays = "replays and re-orders"
    case splices = "splices two sessions"

    private static let requests = 60

    /// Mounts it between two clients, which write into the ledger and read, and a server.
    ///
    /// - Parameter uri: the server's plain or secure endpoint.
    /// - Returns: how many datagrams were forged, and how many had an effect: entries in the ledger nobody wrote, entries that
    ///   stand there twice, and answers the server has not given.
    func mount(
        on target: Target, at uri: CoAPURI, as clients: [ClientSecurity], seed: UInt64
    ) async throws -> (tries: Int, gotThrough: Int) {
        let tries = Locked(0)
        let generator = Locked(SeededGenerator(seed: seed))
        let relays = try clients.map { _ in try TamperingRelay(to: uri.port) }
        defer { relays.forEach { $0.stop() } }
        let isSecure = uri.scheme == .coaps
        for (index, relay) in relays.enumerated() {
            let other = relays[(index + 1) % relays.count]
            relay.setRule { direction, datagram in
                guard !isSecure || Record.isApplication(datagram) else { return [datagram] }
                let forged = generator.withLock { forge(direction, datagram, relay, other, &$0) }
                tries.withLock { $0 += forged.count }
                return forged + [datagram]
            }
        }
        let written = Locked(Set<String>())
        let wrongAnswers = try await withThrowingTaskGroup(of: Int.self) { group in
            for (index, security) in clients.enumerated() {
                var behind = uri
                behind.port = relays[index].port
                group.addTask { [behind] in
                    var configuration = Target.patient
                    // Where answers are forged, right ones may be taken for late ones.
                    if !isSecure { configuration.requestTimeout = .milliseconds(500) }
                    return try await CoAPClient.withSession(
                        to: behind, security: security, configuration: configuration
                    ) {
                        try await use($0, as: index, written)
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        if self == .replays { try replay(relays, to: uri.port, tries) }
        let ledger = try await target.witness().ledger
        let sent = written.withLock { $0 }
        let unknown = ledger.count { !sent.contains($0) }
        return (tries.withLock { $0 }, unknown + ledger.count - Set(ledger).count + wrongAnswers)
    }

    /// Writes and reads; returns how many answers were not the server's.
    private func use(_ session: ClientSession, as client: Int, _ written: Locked<Set<String>>) async throws -> Int {
        var wrong = 0
        for number in 0..<(session.uri.scheme == .coap ? 20 : Self.requests) {
            let entry = "client \(client) wrote entry number \(1000 + number)"
            written.withLock { _ = $0.insert(entry) }
            do {
                let changed = try await session.post("ledger", text: entry)
                if changed.code != .changed { wrong += 1 }
                let read = try await session.get("public/\(client)-\(number)")
                if read.code != .content || read.text != "public" { wrong += 1 }
            } catch {
                // What a forged reset does, where nothing protects from it.
                guard error.code == .protocolError || session.uri.scheme == .coap else { throw error }
                wrong += 1
            }
        }
        return wrong
    }

    private func forge(
        _ direction: TamperingRelay.Direction, _ datagram: [UInt8], _ relay: TamperingRelay, _ other: TamperingRelay,
        _ generator: inout SeededGenerator
    ) -> [[UInt8]] {
        switch self {
        case .flips:
            return (0..<4).map { turn in
                var forged = datagram
                // In the text itself as often as anywhere.
                let place =
                    turn < 2 ? max(0, forged.count - 1 - turn) : Int.random(in: 0..<forged.count, using: &generator)
                forged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                return forged
            }
        case .truncations:
            return (0..<4).map { turn in
                var forged = Array(datagram.dropLast(turn + 1))
                // In the record's own length, too.
                if turn > 1, forged.count > 13 {
                    let length = forged.count - 13
                    forged[11] = UInt8(length >> 8)
                    forged[12] = UInt8(length & 0xFF)
                }
                return forged
            }
        case .replays:
            let earlier = relay.recorded(direction).suffix(40)
            return (0..<4).compactMap { _ in earlier.randomElement(using: &generator) }
        case .splices:
            return Array(other.recorded(direction).suffix(4))
        }
    }

    /// Sends everything that was recorded once more, backwards, from the clients' addresses and from others.
    private func replay(_ relays: [TamperingRelay], to port: UInt16, _ tries: Locked<Int>) throws {
        for (index, relay) in relays.enumerated() {
            let elsewhere = try AttackSocket(to: port, from: AttackSocket.source(index))
            for datagram in relay.recorded(.toServer).reversed() {
                relay.sendToServer(datagram)
                elsewhere.send(datagram)
                tries.withLock { $0 += 2 }
            }
        }
    }
}
