// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("Exchange state and de-duplication, without a network")
struct ExchangeTests {
    @Test("An answer in time is piggybacked by libcoap itself")
    func inline() {
        var state = ExchangeState(isConfirmable: true)
        let found1 = state.responseReady()
        #expect(found1 == .fillReply)
        let found2 = state.responseReady()
        #expect(found2 == .none)
        let found3 = state.acknowledgementDue()
        #expect(found3 == .none)
    }

    @Test("A confirmable request: piggybacked before the acknowledgement, separate after it")
    func confirmable() {
        var early = ExchangeState(isConfirmable: true)
        early.callbackEnded()
        #expect(early.duplicate() == .none)
        let found4 = early.responseReady()
        #expect(found4 == .sendPiggybacked)
        #expect(early.isOver)

        var late = ExchangeState(isConfirmable: true)
        late.callbackEnded()
        let found5 = late.acknowledgementDue()
        #expect(found5 == .sendEmptyAcknowledgement)
        let found6 = late.acknowledgementDue()
        #expect(found6 == .none)
        #expect(late.duplicate() == .sendEmptyAcknowledgement)
        let found7 = late.responseReady()
        #expect(found7 == .sendSeparate(.confirmable))
    }

    @Test("A non-confirmable request is never acknowledged")
    func nonConfirmable() {
        var state = ExchangeState(isConfirmable: false)
        state.callbackEnded()
        let found8 = state.acknowledgementDue()
        #expect(found8 == .none)
        let found9 = state.responseReady()
        #expect(found9 == .sendSeparate(.nonConfirmable))
    }

    @Test("Nothing is sent for an exchange whose session is gone")
    func abandoned() {
        var state = ExchangeState(isConfirmable: true)
        state.callbackEnded()
        state.abandon()
        let found10 = state.responseReady()
        #expect(found10 == .none)
        let found11 = state.acknowledgementDue()
        #expect(found11 == .none)
    }

    @Test("The cache remembers for the lifetime and no longer")
    func lifetime() {
        var cache = ExchangeCache(capacity: 4)
        let start = MonotonicTime(nanoseconds: 1_000_000_000)
        cache.note(7, .done, lifetime: ExchangeCache.exchangeLifetime, at: start)
        guard case .done = cache.lookup(7, at: start + .seconds(246)) else {
            Issue.record("forgotten too early")
            return
        }
        guard case .new = cache.lookup(7, at: start + .seconds(247)) else {
            Issue.record("remembered too long")
            return
        }
    }

    @Test("A full cache forgets its oldest message id first and never grows")
    func bounded() {
        var cache = ExchangeCache(capacity: 8)
        let now = MonotonicTime(nanoseconds: 0)
        for messageID in UInt16(0)..<100 {
            cache.note(messageID, .done, lifetime: .seconds(60), at: now)
            #expect(cache.count <= 8)
        }
        for messageID in UInt16(92)..<100 {
            guard case .done = cache.lookup(messageID, at: now) else {
                Issue.record("\(messageID) was forgotten")
                return
            }
        }
        guard case .new = cache.lookup(91, at: now) else {
            Issue.record("91 should be forgotten")
            return
        }
    }

    @Test("What was forgotten is new again")
    func forget() {
        var cache = ExchangeCache(capacity: 8)
        let now = MonotonicTime(nanoseconds: 0)
        cache.note(1, .done, lifetime: .seconds(60), at: now)
        cache.note(2, .answered(Response(.changed)), lifetime: .seconds(60), at: now)
        cache.forget(1)
        guard case .new = cache.lookup(1, at: now), case .answered(let response) = cache.lookup(2, at: now) else {
            Issue.record("the wrong one was forgotten")
            return
        }
        #expect(response.code == .changed)
    }

    @Test("Of large responses only the newest is kept whole")
    func largeResponses() {
        var cache = ExchangeCache(capacity: 8)
        let now = MonotonicTime(nanoseconds: 0)
        let large = Response(payload: [UInt8](repeating: 1, count: 1000), contentFormat: .octetStream)
        let small = Response(.changed, payload: [1, 2, 3], contentFormat: .octetStream)
        cache.note(1, .answered(large), lifetime: .seconds(60), at: now)
        cache.note(2, .answered(small), lifetime: .seconds(60), at: now)
        cache.note(3, .answered(large), lifetime: .seconds(60), at: now)
        let kept = (UInt16(1)...3).map { messageID -> Response? in
            if case .answered(let response) = cache.lookup(messageID, at: now) { response } else { nil }
        }
        #expect(kept == [Response(.content), small, large])
    }
}
