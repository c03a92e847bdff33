// SPDX-License-Identifier: Apache-2.0

import CoAP
import TestSupport
import Testing

@Suite("Floods", .timeLimit(.minutes(15)))
struct FloodTests {
    /// Few places for handshakes, which stay taken for longer than anybody waits here.
    private static let fewPlaces = ["--handshakes", "100", "--handshake-timeout", "600"]

    /// Whether somebody new is let in.
    private static func getsIn(_ uri: CoAPURI, _ key: PreSharedKey, within patience: Duration = .seconds(90)) async
        -> Bool
    {
        var configuration = ClientConfiguration()
        configuration.handshakeTimeout = patience
        do {
            return try await CoAPClient.withSession(
                to: uri, security: .preSharedKey(key), configuration: configuration
            ) { try await $0.get("honest").code != .empty }
        } catch {
            return false
        }
    }

    @Test("Hellos from addresses that are not theirs do not keep others out")
    func hellos() async throws {
        try await AttackBench.run("a flood of hellos without cookies", arguments: Self.fewPlaces) { target in
            let lockedOut = try await Self.flood(target.secure, target.folder.operatorKey, Scale.flood)
            // libcoap keeps a session for each hello, and with as many of them as there may be handshakes nobody gets in.
            let control = try await LibcoapServer.with { port, key in
                var uri = target.secure
                uri.port = port
                return try await Self.flood(uri, key, 300, patience: .seconds(3))
            }
            return AttackBench.Outcome(
                tries: Scale.flood, gotThrough: lockedOut, control: ("libcoap's coap-server-openssl", control))
        }
    }

    /// Sends hellos of one address each; returns how often somebody new found no way in.
    private static func flood(
        _ uri: CoAPURI, _ key: PreSharedKey, _ count: Int, patience: Duration = .seconds(90)
    ) async throws -> Int {
        var lockedOut = 0
        for part in 0..<2 {
            let port = uri.port
            try await AttackSocket.blocking {
                var generator = SeededGenerator(seed: UInt64(part))
                for number in 0..<(count / 2) {
                    let socket = try AttackSocket(to: port, from: AttackSocket.source(part * count + number))
                    socket.send(Hello(&generator).datagram)
                    // The server is to read all of them.
                    if number.isMultiple(of: 50) { _ = socket.receive(milliseconds: 100) }
                }
            }
            if await !getsIn(uri, key, within: patience) { lockedOut += 1 }
        }
        return lockedOut
    }

    @Test("Handshakes that a dozen addresses begin, cookie and all, and leave there keep no other address out")
    func halfOpen() async throws {
        try await AttackBench.run("handshakes begun and left", arguments: Self.fewPlaces) { target in
            // One address after the other takes all it may, which is every place in the end.
            let (addresses, each) = (12, 14)
            let port = target.secure.port
            let state = Locked((tries: 0, isOver: false))
            let (full, filled) = AsyncStream.makeStream(of: Void.self)
            async let attack = AttackSocket.blocking {
                var generator = SeededGenerator(seed: 4)
                var begun: [AttackSocket] = []
                // Over and over: libcoap ends what it hears nothing of after half a minute.
                while !state.withLock({ $0.isOver }) {
                    for number in 0..<addresses * each where !state.withLock({ $0.isOver }) {
                        let socket = try AttackSocket(to: port, from: AttackSocket.source(number / each))
                        if Self.begins(socket, &generator) { begun.append(socket) }
                        state.withLock { $0.tries += 1 }
                    }
                    filled.finish()
                }
                return begun
            }
            for await _ in full {}
            let isIn = await Self.getsIn(target.secure, target.folder.operatorKey, within: .seconds(45))
            state.withLock { $0.isOver = true }
            let begun = try await attack
            let tries = state.withLock { $0.tries }
            // They had their share, and tried for more.
            #expect(begun.count < tries)
            // handshake_failure: what they held is given back before the memory is looked at.
            for socket in begun { socket.send(Record.make(Record.alert, sequence: 2, [2, 40])) }
            return AttackBench.Outcome(
                tries: tries, gotThrough: isIn ? 0 : 1, control: ("as far as the server's answer", begun.count))
        }
    }

    @Test("Handshakes that are begun by more addresses than there are places give these back when their time is over")
    func abandoned() async throws {
        try await AttackBench.run("handshakes begun by many addresses", arguments: ["--handshakes", "100"]) { target in
            let tries = Scale.flood / 10
            let port = target.secure.port
            let begun = try await AttackSocket.blocking {
                var generator = SeededGenerator(seed: 5)
                return try (0..<tries).count { number in
                    Self.begins(try AttackSocket(to: port, from: AttackSocket.source(number)), &generator)
                }
            }
            let isIn = await Self.getsIn(target.secure, target.folder.operatorKey)
            return AttackBench.Outcome(
                tries: tries, gotThrough: isIn ? 0 : 1, control: ("as far as the server's answer", begun))
        }
    }

    /// Sends both hellos of a handshake; true when the server has answered the second.
    private static func begins(_ socket: AttackSocket, _ generator: inout SeededGenerator) -> Bool {
        var hello = Hello(&generator)
        hello.suites = [0xC0, 0xA8]
        socket.send(hello.datagram)
        guard let cookie = socket.receive(milliseconds: 200).flatMap(Hello.cookie(in:)) else { return false }
        hello.cookie = cookie
        socket.send(hello.datagram)
        return socket.receive(milliseconds: 200).flatMap(Hello.sessionID(in:)) != nil
    }

    @Test("Requests from more plain addresses than are remembered")
    func plain() async throws {
        try await AttackBench.run("a flood of plain requests from many addresses") { target in
            // More than twice as many as the server remembers.
            let count = Scale.flood / 4
            let runs = try await Self.plain(target, count)
            let control = try await Target.with(["--unguarded"]) { try await Self.plain($0, 20) }
            return AttackBench.Outcome(
                tries: 4 * count, gotThrough: runs, control: ("a server without rules", control))
        }
    }

    /// Asks for what is forbidden and for what is slow, from one address each; returns how often the secret was shown.
    private static func plain(_ target: Target, _ count: Int) async throws -> Int {
        let port = target.plain.port
        try await AttackSocket.blocking {
            for number in 0..<count {
                let socket = try AttackSocket(to: port, from: AttackSocket.source(number))
                for _ in 0..<3 { socket.send(RawRequest(.put, "secret", "x", payload: [1]).bytes) }
                // Few late answers that are to be acknowledged and never are: those are repeated for a minute and a half.
                let type = number < 50 ? MessageType.confirmable : .nonConfirmable
                socket.send(RawRequest(.get, "slow", type: type).bytes)
                if number.isMultiple(of: 20) { _ = socket.receive(milliseconds: 500) }
            }
        }
        return AttackBench.secrets(try await target.witness())
    }
}
