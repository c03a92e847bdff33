// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("What of a handler's response is sent")
struct FittedResponseTests {
    @Test("A response that fits goes as it is")
    func unchanged() {
        let response = Response(text: "22.5")
        let fitted = FittedResponse(response, room: 100)
        #expect(fitted.response == response)
        #expect(fitted.problem == nil)
    }

    @Test("Codes that are none of a response become 5.00", arguments: [0, 1, 5, 31, 32, 96, 192, 225, 255])
    func badCode(raw: UInt8) {
        let fitted = FittedResponse(Response(Code(rawValue: raw), text: "x"), room: 100)
        #expect(fitted.response == Response(.internalServerError))
        #expect(fitted.problem != nil)
    }

    @Test("5.08 goes without a payload, which is libcoap's to write")
    func hopLimit() {
        let fitted = FittedResponse(.diagnostic(.hopLimitReached, "far away"), room: 100)
        #expect(fitted.response == Response(.hopLimitReached))
        #expect(fitted.problem == nil)
    }

    @Test("A representation that is too long becomes 5.00")
    func tooLong() {
        let long = Response(text: String(repeating: "x", count: 200))
        #expect(FittedResponse(long, room: 100).response == Response(.internalServerError))
        #expect(FittedResponse(long, room: 100).problem != nil)
    }

    @Test("An error keeps its code, its diagnostic is cut behind a whole character")
    func diagnostic() {
        let text = String(repeating: "ä", count: 100)
        for room in [1, 2, 50, 51, 100] {
            let fitted = FittedResponse(.diagnostic(.forbidden, text), room: room).response
            #expect(fitted.code == .forbidden)
            #expect(text.hasPrefix(fitted.text))
            #expect(fitted.fits(room))
            #expect(fitted.payload.count >= room - 2)
        }
        #expect(FittedResponse(.diagnostic(.forbidden, text), room: 100).response.payload.count == 98)
    }

    @Test("An error's body in another format is left out whole")
    func structuredError() {
        let body = Response(.badRequest, payload: [UInt8](repeating: 1, count: 200), contentFormat: .cbor)
        #expect(FittedResponse(body, room: 100).response == Response(.badRequest))
    }
}
