// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("What a server says of a client's last message that it cannot read", .timeLimit(.minutes(15)))
struct WrongKeyTests {
    private static let line = "warning handshake failed: the identity 'me' is known, but the client's key differs"

    private let right: PreSharedKey
    private let wrong: PreSharedKey
    private var security: ServerSecurity { get throws { .preSharedKeys(try PreSharedKeyTable([right])) } }

    init() throws {
        right = try PreSharedKey(identity: "me", key: Secret("a key of sixteen and more".utf8))
        wrong = try PreSharedKey(identity: "me", key: Secret("another key, long enough".utf8))
    }

    private func sendAll(of peer: HandshakePeer) async throws {
        for record in try await peer.lastFlight() { peer.send(record) }
    }

    @Test("A wrong key is told of long before the handshake's time is over")
    func early() async throws {
        try await LoggedServer.run(try security, handshakeTimeout: .seconds(24 * 3600)) { server in
            let peer = try HandshakePeer(to: server.uri, key: wrong)
            try await sendAll(of: peer)
            await server.line(containing: Self.line)
            #expect(server.handshakes("wrong_key") == 1)
        }
    }

    @Test("It is counted once, also when the handshake's time is over afterwards")
    func once() async throws {
        try await LoggedServer.run(try security, handshakeTimeout: .seconds(4)) { server in
            let peer = try HandshakePeer(to: server.uri, key: wrong)
            try await sendAll(of: peer)
            await server.line(containing: Self.line)
            // As when a client repeats it.
            peer.send(HandshakePeer.forgedFinished())
            // This one begins later and falls silent, so that its time is over later; a line of the same address is held back.
            _ = try await HandshakePeer(to: server.uri, key: right).lastFlight()
            while server.handshakes("timeout") < 1 { try await Task.sleep(for: .milliseconds(20)) }
            #expect(server.handshakes("wrong_key") == 1)
        }
    }

    @Test("A client that begins anew again and again before it is told of has a wrong key, too")
    func restarting() async throws {
        try await LoggedServer.run(try security, handshakeTimeout: .seconds(24 * 3600)) { server in
            let peer = try HandshakePeer(to: server.uri, key: wrong)
            try await sendAll(of: peer)
            try await peer.beginAnew()
            try await sendAll(of: peer)
            try await peer.beginAnew()
            await server.line(containing: Self.line)
            #expect(server.handshakes("wrong_key") >= 1)
        }
    }

    @Test("A client whose Finished is lost behind a forged one may begin anew")
    func restartingOnce() async throws {
        try await LoggedServer.run(try security, handshakeTimeout: .seconds(24 * 3600)) { server in
            let honest = try HandshakePeer(to: server.uri, key: right)
            for record in try await honest.lastFlight().dropLast() { honest.send(record) }
            let start = ContinuousClock.now
            honest.send(HandshakePeer.forgedFinished())
            try await honest.beginAnew()
            let flight = try await honest.lastFlight()
            // On a host that stands still the first handshake may wait for so long that it is told of.
            let isSlow = ContinuousClock.now - start >= HandshakeWatch.patience
            for record in flight { honest.send(record) }
            #expect(try await honest.finish())
            await server.line(containing: "session established")
            #expect(isSlow || server.handshakes("wrong_key") == 0)
            #expect(server.handshakes("success") == 1)
        }
    }

    @Test(
        "Peers that begin anew are known the second time, until they have a session or time is over; few are remembered"
    )
    func restarts() throws {
        let start = MonotonicTime(nanoseconds: 1_000_000_000)
        var restarted = RestartedHandshakes(memory: .seconds(30))
        func peer(_ port: Int) throws -> SocketAddress {
            try SocketAddress(bytes: [127, 0, 0, 1], port: UInt16(port))
        }
        func note(_ port: Int, after seconds: Int = 0) throws -> Bool {
            restarted.note(try peer(port), at: start + .seconds(seconds))
        }
        var isKnown = try note(1)
        #expect(!isKnown)
        isKnown = try note(2)
        #expect(!isKnown)
        isKnown = try note(1, after: 29)
        #expect(isKnown)
        isKnown = try note(1, after: 58)
        #expect(isKnown)
        isKnown = try note(1, after: 88)
        #expect(!isKnown)
        restarted.forget(try peer(1))
        isKnown = try note(1, after: 89)
        #expect(!isKnown)
        for port in 10..<(10 + RestartedHandshakes.capacity) { _ = try note(port, after: 90) }
        let last = 9 + RestartedHandshakes.capacity
        isKnown = try note(last, after: 91)
        #expect(!isKnown)
        isKnown = try note(10, after: 91)
        #expect(isKnown)
        // All of them are over, and make room.
        isKnown = try note(last, after: 200)
        #expect(!isKnown)
        isKnown = try note(last, after: 201)
        #expect(isKnown)
    }

    @Test("Forged records do an honest handshake no harm, and it is not called failed")
    func forged() async throws {
        try await LoggedServer.run(try security, handshakeTimeout: .seconds(24 * 3600)) { server in
            let honest = try HandshakePeer(to: server.uri, key: right)
            let flight = try await honest.lastFlight()
            try #require(flight.count == 3)
            // Before the change of keys, and behind it.
            for record in flight.dropLast() {
                for _ in 0..<20 { honest.send(HandshakePeer.forgedFinished()) }
                honest.send(record)
                for _ in 0..<20 { honest.send(HandshakePeer.forgedFinished()) }
            }
            honest.send(flight[2])
            #expect(try await honest.finish())
            // Whatever was to be said of the first one is said by the time when this one is told of.
            let liar = try HandshakePeer(to: server.uri, key: wrong)
            try await sendAll(of: liar)
            await server.line(containing: Self.line)
            #expect(server.handshakes("success") == 1 && server.handshakes("wrong_key") == 1)
            #expect(!server.lines.contains { $0.contains("had seemed to fail") })
        }
    }

    @Test("A handshake whose client finds its way after all is done, and that is said too")
    func late() async throws {
        try await LoggedServer.run(try security, handshakeTimeout: .seconds(24 * 3600)) { server in
            let honest = try HandshakePeer(to: server.uri, key: right)
            let flight = try await honest.lastFlight()
            for record in flight.dropLast() { honest.send(record) }
            honest.send(HandshakePeer.forgedFinished())
            await server.line(containing: Self.line)
            honest.send(flight[2])
            #expect(try await honest.finish())
            await server.line(containing: "notice a handshake that had seemed to fail is done after all")
            #expect(server.lines.last?.hasSuffix("coap.peer.identity=psk:me") == true)
            #expect(server.handshakes("success") == 1 && server.handshakes("wrong_key") == 1)
        }
    }

    @Test("What the log has not said it does not take back")
    func unsaid() async throws {
        try await LoggedServer.run(try security, handshakeTimeout: .seconds(24 * 3600)) { server in
            // Both are of one address, which has one line a minute.
            for number in 1...2 {
                let honest = try HandshakePeer(to: server.uri, key: right)
                let flight = try await honest.lastFlight()
                for record in flight.dropLast() { honest.send(record) }
                honest.send(HandshakePeer.forgedFinished())
                while server.handshakes("wrong_key") < number { try await Task.sleep(for: .milliseconds(20)) }
                honest.send(flight[2])
                #expect(try await honest.finish())
                await server.line(containing: "session established")
            }
            let said = server.lines.count { $0.contains(Self.line) }
            let takenBack = server.lines.count { $0.contains("had seemed to fail") }
            #expect(said == takenBack && server.handshakes("success") == 2)
        }
    }

    @Test("A record that only looks like the last one is passed over: too short, of another kind, of another time")
    func headers() {
        func holds(_ datagram: [UInt8]) -> Bool { RecordHeaders.holdFinished(datagram.span) }
        let finished: [UInt8] = [22, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 7, 7]
        let changed: [UInt8] = [20, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]
        #expect(holds(finished))
        #expect(holds(changed + finished))
        #expect(!holds(changed))
        for end in 0..<finished.count { #expect(!holds(changed + finished.prefix(end))) }
        for (index, value) in [(0, UInt8(23)), (3, 1), (4, 0), (4, 2), (12, 3)] {
            var other = finished
            other[index] = value
            #expect(!holds(other), "\(other)")
        }
    }

    @Test("What was told of while it waited is told of once, and forgotten with its session")
    func bookkeeping() throws {
        var results = HandshakeResults()
        let session = SessionHandle(try #require(OpaquePointer(bitPattern: 64)))
        let stage = ServerHandshakeStage(point: .finishing)
        let alert = DTLSAlert(wasSent: false, description: 40)
        var failure = results.stuck(session, at: stage)
        #expect(failure?.stage == stage)
        failure = results.stuck(session, at: stage)
        #expect(failure == nil)
        failure = results.alerted(alert, on: session, isEstablished: false)
        #expect(failure == nil)
        results.expired(session, at: stage)
        failure = results.closed(session, isEstablished: false)
        #expect(failure == nil)
        // The next one at the same place in memory starts anew.
        failure = results.closed(session, isEstablished: false)
        #expect(failure != nil)
        _ = results.stuck(session, at: stage)
        results.logged(session)
        var wasLogged = results.succeeded(session)
        #expect(wasLogged)
        wasLogged = results.succeeded(session)
        #expect(!wasLogged)
        // Where the log holds the failure back it has nothing to take back.
        _ = results.stuck(session, at: stage)
        wasLogged = results.succeeded(session)
        #expect(!wasLogged)
        _ = results.stuck(session, at: stage)
        results.logged(session)
        _ = results.closed(session, isEstablished: false)
        wasLogged = results.succeeded(session)
        #expect(!wasLogged)
    }
}
