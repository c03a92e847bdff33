// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import CoAP

@Suite("What becomes of datagrams before DTLS sees them")
final class HelloGateTests {
    private static let local: [UInt8] = [127, 0, 0, 1]
    private var gate = HelloGate(handshakes: 8, at: .seconds(1))

    private static func connection(_ number: Int) throws -> OpaquePointer {
        try #require(OpaquePointer(bitPattern: number))
    }

    private func judge(
        _ bytes: [UInt8], _ flow: Flow, at time: Double = 1, to local: [UInt8] = local
    ) -> HelloGate.Verdict {
        gate.judge(bytes.span, from: flow, to: local, now: .seconds(time))
    }

    /// The hello with the cookie that the gate asks for.
    private func proved(_ hello: HelloBytes, _ flow: Flow, at time: Double = 1) -> HelloBytes {
        var hello = hello
        if case .reply(let answer) = judge(hello.bytes, flow, at: time) { hello.cookie = Array(answer.suffix(32)) }
        return hello
    }

    private func connect(_ flow: Flow, _ number: Int, at time: Double = 1) throws -> HelloBytes {
        let hello = proved(HelloBytes(), flow, at: time)
        #expect(judge(hello.bytes, flow, at: time) == .admit(cookie: hello.cookie))
        gate.started(try Self.connection(number))
        return hello
    }

    @Test("Twenty thousand hellos without a cookie, from as many peers, leave nothing behind")
    func flood() async {
        let hello = HelloBytes()
        for number in 0..<20_000 {
            await breathe(number)
            guard case .reply(let answer) = judge(hello.bytes, .peer(number)), answer.count < hello.bytes.count else {
                Issue.record("no answer, or one that is too long")
                return
            }
        }
        #expect(gate.counts == (0, 0))
    }

    @Test("A cookie is good for its peer, address, hello and time alone")
    func cookies() {
        let hello = proved(HelloBytes(), .peer(1))
        #expect(hello.cookie.count == 32)
        var forged: [HelloGate.Verdict] = []
        forged.append(judge(hello.bytes, .peer(2)))
        forged.append(judge(hello.bytes, .peer(1, port: 1)))
        forged.append(judge(hello.bytes, .peer(1), to: [127, 0, 0, 2]))
        var other = hello
        other.random[31] ^= 1
        forged.append(judge(other.bytes, .peer(1)))
        other = hello
        other.ciphers[0] ^= 1
        forged.append(judge(other.bytes, .peer(1)))
        other = hello
        other.cookie[31] ^= 1
        forged.append(judge(other.bytes, .peer(1)))
        other = hello
        other.cookie.removeLast()
        forged.append(judge(other.bytes, .peer(1)))
        // Two lifetimes later both secrets are others.
        forged.append(judge(hello.bytes, .peer(1), at: 1 + 240))
        for verdict in forged {
            guard case .reply = verdict else {
                Issue.record("\(verdict)")
                continue
            }
        }
        #expect(gate.counts == (0, 0))
    }

    @Test("A cookie outlives one change of the secret; extensions may differ")
    func rotation() {
        var hello = proved(HelloBytes(), .peer(1), at: 100)
        hello.extensions = []
        #expect(judge(hello.bytes, .peer(1), at: 230) == .admit(cookie: hello.cookie))
    }

    @Test("What is no hello passes where there is a connection, and nowhere else")
    func stray() throws {
        let record: [UInt8] = [23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 1]
        let finished: [UInt8] = [22, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 1]
        for bytes in [record, finished, [], [22], [0x40, 1, 0]] {
            #expect(judge(bytes, .peer(1)) == .drop(.stray))
        }
        #expect(judge([0x40, 1, 0, 0], .peer(1)) == .plainCoAP)
        _ = try connect(.peer(1), 16)
        for bytes in [record, [0x40, 1, 0, 0]] { #expect(judge(bytes, .peer(1)) == .pass) }
        // Looked at until the handshake is done.
        #expect(judge(finished, .peer(1)) == .passFinished(try Self.connection(16)))
        gate.established(try Self.connection(16))
        #expect(judge(finished, .peer(1)) == .pass)
        gate.ended(try Self.connection(16))
        #expect(judge(record, .peer(1)) == .drop(.stray))
        #expect(gate.counts == (0, 0))
        var malformed = HelloBytes().bytes
        malformed[59] = 40
        #expect(judge(malformed, .peer(1)) == .drop(.malformed))
        var fragment = HelloBytes().bytes
        fragment[24] -= 1
        #expect(judge(fragment, .peer(1)) == .drop(.fragmented))
    }

    @Test("A peer that begins anew ends its old connection by a hello with the right cookie, and by nothing less")
    func restart() throws {
        let old = try connect(.peer(1), 16)
        gate.established(try Self.connection(16))
        #expect(judge(old.bytes, .peer(1)) == .drop(.repeated))
        let new = proved(HelloBytes(), .peer(1))
        #expect(gate.nextRestarting() == nil)
        #expect(judge(new.bytes, .peer(1)) == .restart)
        // Once is enough.
        #expect(judge(new.bytes, .peer(1)) == .drop(.repeated))
        #expect(gate.nextRestarting() == (try Self.connection(16)))
        gate.ended(try Self.connection(16))
        #expect(judge(new.bytes, .peer(1)) == .admit(cookie: new.cookie))
        #expect(gate.counts == (1, 1))
    }

    @Test("A connection that ends by itself meanwhile is not ended again")
    func gone() throws {
        _ = try connect(.peer(1), 16)
        let new = proved(HelloBytes(), .peer(1))
        #expect(judge(new.bytes, .peer(1)) == .restart)
        gate.ended(try Self.connection(16))
        #expect(gate.nextRestarting() == nil)
    }

    @Test("A handshake's own hello may come again, as its answer may be lost")
    func copies() throws {
        let hello = try connect(.peer(1), 16)
        #expect(judge(hello.bytes, .peer(1)) == .admit(cookie: hello.cookie))
        #expect(gate.counts == (1, 1))
    }

    @Test("Where others have taken every place, an address that has fewer than one of them gets one")
    func crowdedOut() throws {
        var number = 0
        for peer in 1...4 {
            for port in UInt16(1)...8 {
                let flow = Flow.peer(peer, port: port)
                let hello = proved(HelloBytes(), flow)
                guard judge(hello.bytes, flow) != .drop(.crowded) else { continue }
                number += 1
                gate.started(try Self.connection(number * 16))
                gate.dispatched()
                while let connection = gate.nextCrowdedOut() { gate.ended(connection) }
            }
        }
        #expect(gate.counts == (8, 8))
        for peer in 5...8 { _ = try connect(.peer(peer), 1024 + peer * 16) }
        // None has two, and nobody makes room for one like himself.
        let late = proved(HelloBytes(), .peer(9))
        #expect(judge(late.bytes, .peer(9)) == .drop(.crowded))
        var ends: [OpaquePointer] = []
        while let connection = gate.nextCrowdedOut() { ends.append(connection) }
        #expect(ends.count == 4)
        // Too late: it is about to end, and holds no place.
        gate.established(ends[0])
        gate.ended(ends[1])
        #expect(gate.counts.handshakes == 8)
    }

    @Test("A handshake that is done before it was ended stays")
    func doneInTime() throws {
        for port in UInt16(1)...4 { _ = try connect(.peer(1, port: port), Int(port) * 16) }
        for peer in 2...5 { _ = try connect(.peer(peer), 512 + peer * 16) }
        _ = try connect(.peer(6), 1024)
        #expect(gate.hasCrowdedOut)
        gate.established(try Self.connection(16))
        #expect(!gate.hasCrowdedOut && gate.counts == (9, 8))
    }

    @Test("One address gets half of the handshakes, two share them evenly; who is done gives its place back")
    func shares() throws {
        for port in UInt16(1)...4 { _ = try connect(.peer(1, port: port), Int(port) * 16) }
        let fifth = proved(HelloBytes(), .peer(1, port: 5))
        #expect(judge(fifth.bytes, .peer(1, port: 5)) == .drop(.crowded))
        // Beyond half of the rest, as many as the other has but one: nobody has to make room while places are free.
        for port in UInt16(1)...3 { _ = try connect(.peer(2, port: port), 512 + Int(port) * 16) }
        let fourth = proved(HelloBytes(), .peer(2, port: 4))
        #expect(judge(fourth.bytes, .peer(2, port: 4)) == .drop(.crowded))
        #expect(gate.counts == (7, 7) && !gate.hasCrowdedOut)
        _ = try connect(.peer(3), 1024)
        #expect(gate.counts == (8, 8) && !gate.hasCrowdedOut)
        // Now the oldest of the first one makes room, once.
        _ = try connect(.peer(3, port: 2), 1040)
        let third = proved(HelloBytes(), .peer(3, port: 3))
        #expect(judge(third.bytes, .peer(3, port: 3)) == .drop(.crowded))
        let ends = (gate.nextCrowdedOut(), gate.nextCrowdedOut())
        #expect(ends.0 == (try Self.connection(16)) && ends.1 == nil)
        #expect(gate.counts == (9, 8))
        gate.ended(try Self.connection(16))
        #expect(gate.counts == (8, 8))
        gate.established(try Self.connection(32))
        gate.established(try Self.connection(32))
        gate.ended(try Self.connection(48))
        #expect(gate.counts == (7, 6))
        #expect(judge(fifth.bytes, .peer(1, port: 5)) == .admit(cookie: fifth.cookie))
    }

    @Test("A hello that was admitted and became no connection is forgotten as soon as it was dealt with")
    func leftover() throws {
        for port in UInt16(1)...4 {
            let hello = proved(HelloBytes(), .peer(1, port: port))
            #expect(judge(hello.bytes, .peer(1, port: port)) == .admit(cookie: hello.cookie))
        }
        #expect(gate.counts == (4, 4))
        gate.dispatched()
        #expect(gate.counts == (0, 0))
        _ = try connect(.peer(1, port: 9), 16)
        gate.dispatched()
        #expect(gate.counts == (1, 1))
    }
}
