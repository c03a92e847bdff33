// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("What a slow reader of an observation learns")
struct ObservationMailboxTests {
    private let now = ContinuousClock.now

    private func value(_ number: UInt32) -> ObservationState { .value(.init(Response(.content), sequence: number)) }

    private func unread(_ states: [ObservationState]) -> [ObservationState] {
        var mailbox = ObservationMailbox()
        for state in states { mailbox.add(state) }
        return mailbox.unread
    }

    @Test("Of the values the newest")
    func newest() {
        #expect(unread([value(1), value(2), value(3)]) == [value(3)])
        #expect(unread([value(1), .ended(.notObserved)]) == [value(1), .ended(.notObserved)])
    }

    @Test("That it was stale, and is not any more")
    func stale() {
        let stale = ObservationState.stale(since: now)
        #expect(unread([value(1), stale]) == [value(1), stale])
        #expect(unread([value(1), stale, .resumed, value(2)]) == [stale, .resumed, value(2)])
        #expect(unread([.resumed, value(2), stale]) == [.resumed, value(2), stale])
    }

    @Test("That it was resumed, once")
    func resumed() {
        #expect(unread([.resumed, value(1), .resumed, value(2), .resumed, value(3)]) == [.resumed, value(3)])
        let stale = ObservationState.stale(since: now)
        let states: [ObservationState] = [.resumed, value(1), stale, .resumed, value(2), .resumed, value(3)]
        #expect(unread(states).count { $0 == .resumed } <= 2)
    }

    @Test("No more than a handful, whatever happens")
    func bounded() {
        var mailbox = ObservationMailbox()
        for number in 1...100 as ClosedRange<UInt32> {
            mailbox.add(.stale(since: now + .seconds(Int(number))))
            mailbox.add(.resumed)
            mailbox.add(value(number))
        }
        #expect(mailbox.unread == [.stale(since: now + .seconds(100)), .resumed, value(100)])
        expect(mailbox.take() == .stale(since: now + .seconds(100)))
    }
}
