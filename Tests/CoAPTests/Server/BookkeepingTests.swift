// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("What a server counts, without a network")
struct BookkeepingTests {
    private let now = MonotonicTime(nanoseconds: 1_000_000_000)

    private func session(_ number: Int) throws -> SessionHandle {
        SessionHandle(try #require(OpaquePointer(bitPattern: number * 64)))
    }

    @Test("Confirmable responses count until they fail or libcoap has ended them")
    func unacknowledged() {
        var responses = UnacknowledgedResponses()
        for number in 0..<UInt16(UnacknowledgedResponses.limit) {
            let hasRoom = responses.hasRoom(at: now)
            #expect(hasRoom)
            responses.add(number, at: now)
        }
        var hasRoom = responses.hasRoom(at: now + .seconds(92))
        #expect(!hasRoom)
        responses.remove(5)
        responses.remove(5)
        hasRoom = responses.hasRoom(at: now)
        #expect(hasRoom)
        #expect(responses.count == 63)
        hasRoom = responses.hasRoom(at: now + .seconds(93))
        #expect(hasRoom)
        #expect(responses.count == 0)
    }

    @Test("A handshake is counted once: by its alert, or else as a timeout")
    func handshakes() throws {
        var results = HandshakeResults()
        let alert = DTLSAlert(wasSent: true, description: 115)
        let one = try session(1)
        let two = try session(2)
        var result = results.alerted(alert, on: one, isEstablished: false)
        #expect(result?.verdict.result == "unknown_psk_identity")
        result = results.closed(one, isEstablished: false)
        #expect(result == nil)
        // The next one at the same place in memory starts anew.
        result = results.closed(one, isEstablished: false)
        #expect(result?.verdict.result == "timeout")
        result = results.alerted(alert, on: one, isEstablished: false)
        #expect(result != nil)
        result = results.closed(two, isEstablished: false)
        #expect(result?.verdict.result == "timeout")
    }

    @Test("What ends an established session is no result of a handshake")
    func established() throws {
        var results = HandshakeResults()
        let one = try session(1)
        var result = results.alerted(DTLSAlert(wasSent: false, description: 80), on: one, isEstablished: true)
        #expect(result == nil)
        result = results.closed(one, isEstablished: true)
        #expect(result == nil)
        // libcoap forgets the attachment before it closes the connection of a session that it frees.
        results.freeing(one, isOpen: true)
        result = results.closed(one, isEstablished: false)
        #expect(result == nil)
        results.freeing(one, isOpen: false)
        result = results.closed(one, isEstablished: false)
        #expect(result?.verdict.result == "timeout")
    }

    @Test("One line a minute for each kind and route, with the number held back")
    func logLimit() {
        let limiter = LogLimiter()
        #expect(limiter.admit(.handlerFailed, route: "/a", at: now) == 0)
        for _ in 0..<5 { #expect(limiter.admit(.handlerFailed, route: "/a", at: now + .seconds(59)) == nil) }
        #expect(limiter.admit(.handlerFailed, route: "/b", at: now) == 0)
        #expect(limiter.admit(.handlerTimedOut, route: "/a", at: now) == 0)
        #expect(limiter.admit(.handlerFailed, route: "/a", at: now + .seconds(60)) == 5)
        #expect(limiter.admit(.handlerFailed, route: "/a", at: now + .seconds(120)) == 0)
    }
}
