// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("Exchange state, without a network")
struct ExchangeStateTests {
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
        let again = early.responseReady()
        #expect(again == .none)

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
}
