// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("Which messages of a client's session libcoap may act on")
struct MessageScreenTests {
    private static let token = Token(bits: 1, count: 1)
    private static let givenUp = Token(bits: 2, count: 1)

    /// Message 4 was given up before it was acknowledged, message 5 waits for its answer, and message 6 had it.
    private static var screen: MessageScreen {
        var screen = MessageScreen()
        screen.sent(4, repeated: givenUp)
        screen.settled(4)
        screen.sent(5, repeated: token)
        screen.sent(6, repeated: Token(bits: 3, count: 1))
        screen.stopped(6)
        screen.settled(6)
        return screen
    }

    private static func verdict(
        _ type: MessageType, _ code: Code = .content, _ id: UInt16 = 5, _ token: Token = Token(bits: 9, count: 1),
        isExpected: Bool = false
    ) -> Screening {
        screen.verdict(type, code, id, token, isExpected: isExpected)
    }

    private static func ignored(_ id: UInt16 = 5) -> Screening { .acknowledgement(id &+ 0x8000) }

    @Test("Responses go by their token, not by their message id")
    func tokens() {
        for id in [UInt16(4), 5, 6] {
            #expect(Self.verdict(.acknowledgement, .content, id, Self.token, isExpected: true) == .take)
            #expect(Self.verdict(.acknowledgement, .content, id) == Self.ignored(id))
            #expect(Self.verdict(.confirmable, .content, id) == .reject)
            #expect(Self.verdict(.nonConfirmable, .content, id) == .reject)
        }
    }

    @Test("The server's own ids are none of the client's, nor of the messages before", arguments: [UInt16(4), 5, 6])
    func ownIDs(id: UInt16) {
        for type in [MessageType.confirmable, .nonConfirmable] {
            #expect(
                Self.verdict(type, .content, id, Self.token, isExpected: true) == .nonConfirmable(id &+ 0x8000))
        }
    }

    @Test("What has no token goes by the id that is waited for, or repeated still")
    func ids() {
        for type in [MessageType.acknowledgement, .reset] {
            #expect(Self.verdict(type, .empty, 4) == .take)
            #expect(Self.verdict(type, .empty, 5) == .take)
            #expect(Self.verdict(type, .empty, 6) == Self.ignored(6))
        }
        #expect(Self.verdict(.confirmable, .empty) == .take)
    }

    @Test("The late answer to what was given up ends its repetitions, whichever way it comes")
    func abandoned() {
        #expect(Self.verdict(.acknowledgement, .content, 4, Self.givenUp) == .acknowledgement(4))
        #expect(Self.verdict(.acknowledgement, .content, 5, Self.givenUp) == Self.ignored())
        for type in [MessageType.confirmable, .nonConfirmable] {
            #expect(Self.verdict(type, .content, 9, Self.givenUp) == .nonConfirmable(9 + 0x8000))
            #expect(Self.verdict(type, .content, 9, Token(bits: 3, count: 1)) == .reject)
        }
        var screen = Self.screen
        #expect(screen.stopped(Self.givenUp) == [4])
        #expect(screen.stopped(Self.givenUp) == [])
        #expect(screen.verdict(.confirmable, .content, 9, Self.givenUp, isExpected: false) == .reject)
        #expect(screen.verdict(.reset, .empty, 4, .empty, isExpected: false) == Self.ignored(4))
    }

    @Test("A ping has no token that a response could bear")
    func pings() {
        var screen = MessageScreen()
        screen.sent(5, repeated: .empty)
        #expect(screen.verdict(.reset, .empty, 5, .empty, isExpected: false) == .take)
        #expect(screen.verdict(.acknowledgement, .content, 5, .empty, isExpected: false) == Self.ignored())
        for type in [MessageType.confirmable, .nonConfirmable] {
            #expect(screen.verdict(type, .content, 5, .empty, isExpected: false) == .reject)
        }
    }

    @Test("What is not confirmable is not repeated")
    func notRepeated() {
        var screen = MessageScreen()
        screen.sent(5, repeated: nil)
        #expect(screen.verdict(.reset, .empty, 5, .empty, isExpected: false) == .take)
        screen.settled(5)
        #expect(screen.verdict(.reset, .empty, 5, .empty, isExpected: false) == Self.ignored())
        #expect(screen.verdict(.nonConfirmable, .content, 5, Self.token, isExpected: false) == .reject)
    }

    @Test("What is neither response nor empty is refused or ignored")
    func others() {
        for code in [Code(rawValue: 1), Code(rawValue: 0x20), Code(rawValue: 0xE1)] {
            for token in [Token(bits: 9, count: 1), Self.givenUp] {
                #expect(Self.verdict(.confirmable, code, 5, token) == .reject)
                for type in [MessageType.acknowledgement, .reset, .nonConfirmable] {
                    #expect(Self.verdict(type, code, 5, token) == Self.ignored())
                }
            }
        }
        #expect(Self.verdict(.reset) == Self.ignored())
        #expect(Self.verdict(.nonConfirmable, .empty) == Self.ignored())
    }

    @Test("An id that is ignored is replaced by one of no message sent")
    func replacement() {
        var screen = MessageScreen()
        for id in UInt16(0x8005)...0x8010 { screen.sent(id, repeated: Token(bits: 1, count: 1)) }
        screen.settled(0x8005)
        #expect(screen.ignored(5) == .acknowledgement(0x8011))
        for id in UInt16.min...UInt16.max { screen.sent(id, repeated: nil) }
        #expect(screen.ignored(5) == .acknowledgement(5))
    }
}
