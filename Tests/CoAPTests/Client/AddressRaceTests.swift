// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("Which of a host's addresses is tried when")
struct AddressRaceTests {
    private static let now = MonotonicTime.now
    private static let unreachable = CoAPError(.unreachable, "nobody")
    private static let timeout = CoAPError(.timeout, "silence")

    @Test("The next address starts after its predecessor's head start, which goes on")
    func headStart() {
        var race = AddressRace(addresses: 2)
        let step15 = race.start(at: Self.now)
        #expect(step15 == 0)
        let step17 = race.start(at: Self.now)
        #expect(step17 == nil)
        #expect(race.nextStart(at: Self.now) == Self.now + .milliseconds(300))
        let step20 = race.start(at: Self.now + .milliseconds(299))
        #expect(step20 == nil)
        let step22 = race.start(at: Self.now + .milliseconds(300))
        #expect(step22 == 1)
        #expect(race.nextStart(at: Self.now) == nil)
        let step25 = race.failed(1, Self.unreachable)
        #expect(step25 == nil, "the first may still answer")
        let step27 = race.failed(0, Self.unreachable)
        #expect(step27 == Self.unreachable)
    }

    @Test("A failure starts the next address at once")
    func failure() {
        var race = AddressRace(addresses: 3)
        let step34 = race.start(at: Self.now)
        #expect(step34 == 0)
        let step36 = race.failed(0, Self.timeout)
        #expect(step36 == nil)
        let step38 = race.start(at: Self.now)
        #expect(step38 == 1)
        let step40 = race.failed(1, Self.unreachable)
        #expect(step40 == nil)
        let step42 = race.start(at: Self.now)
        #expect(step42 == 2)
        let step44 = race.failed(2, Self.unreachable)
        #expect(step44 == Self.timeout, "silence says more than nobody listening")
    }

    @Test("A server that refuses ends the race")
    func refusal() {
        var race = AddressRace(addresses: 2)
        let step51 = race.start(at: Self.now)
        #expect(step51 == 0)
        let refused = CoAPError(.handshakeFailed, "wrong key")
        let step54 = race.failed(0, refused)
        #expect(step54 == refused)
    }
}
