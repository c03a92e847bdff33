// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("Which messages of a client's session libcoap may act on")
struct MessageScreenTests {
    private static func verdict(
        _ type: MessageType, _ code: Code = .content, _ id: UInt16 = 5, isExpected: Bool = false,
        hasAbandoned: Bool = false
    ) -> Screening {
        var screen = MessageScreen()
        screen.sent(4)
        screen.sent(5)
        screen.settled(4)
        return screen.verdict(type, code, id, isExpected: isExpected, hasAbandoned: hasAbandoned)
    }

    private static let ignored = Screening.acknowledgement(5 + 0x8000)

    @Test("Responses go by their token, not by their message id")
    func tokens() {
        for id in [UInt16(5), 6] {
            #expect(Self.verdict(.acknowledgement, .content, id, isExpected: true) == .take)
            #expect(Self.verdict(.confirmable, .content, id, isExpected: true) == .take)
            #expect(Self.verdict(.confirmable, .content, id) == .reject)
            #expect(Self.verdict(.nonConfirmable, .content, id) == .reject)
        }
        #expect(Self.verdict(.acknowledgement) == Self.ignored)
        #expect(Self.verdict(.nonConfirmable, .content, 6, isExpected: true) == .take)
    }

    @Test("The server's own id is none of the client's")
    func renamed() {
        #expect(Self.verdict(.nonConfirmable, isExpected: true) == .renamed(5 + 0x8000))
    }

    @Test("What has no token goes by the id that is waited for")
    func ids() {
        for type in [MessageType.acknowledgement, .reset] {
            #expect(Self.verdict(type, .empty) == .take)
            #expect(Self.verdict(type, .empty, 4) == .acknowledgement(4 + 0x8000))
            #expect(Self.verdict(type, .empty, 4, hasAbandoned: true) == .take)
        }
        #expect(Self.verdict(.confirmable, .empty) == .take)
    }

    @Test("The late answer to what was given up ends its repetitions")
    func abandoned() {
        #expect(Self.verdict(.acknowledgement, .content, 9, hasAbandoned: true) == .acknowledgement(9))
        #expect(Self.verdict(.acknowledgement, hasAbandoned: true) == Self.ignored)
    }

    @Test("What is neither response nor empty is refused or ignored")
    func others() {
        for code in [Code(rawValue: 1), Code(rawValue: 0x20), Code(rawValue: 0xE1)] {
            #expect(Self.verdict(.confirmable, code) == .reject)
            for type in [MessageType.acknowledgement, .reset, .nonConfirmable] {
                #expect(Self.verdict(type, code, hasAbandoned: true) == Self.ignored)
            }
        }
        #expect(Self.verdict(.reset) == Self.ignored)
        #expect(Self.verdict(.nonConfirmable, .empty) == Self.ignored)
    }

    @Test("An id that is ignored is replaced by one that nobody waits for")
    func replacement() {
        var screen = MessageScreen()
        for id in UInt16(0x8005)...0x8010 { screen.sent(id) }
        #expect(screen.ignored(5) == .acknowledgement(0x8011))
        for id in UInt16.min...UInt16.max { screen.sent(id) }
        #expect(screen.ignored(5) == .acknowledgement(5))
    }
}
