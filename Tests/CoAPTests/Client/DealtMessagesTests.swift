// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("The server's messages that were dealt with")
struct DealtMessagesTests {
    private static let now = MonotonicTime.now
    private static let (one, other) = (Token(bits: 1, count: 1), Token(bits: 2, count: 1))

    @Test("A copy is known by its id and token, for its lifetime")
    func copies() {
        var dealt = DealtMessages()
        dealt.note(7, Self.one, wasTaken: true, at: Self.now)
        dealt.note(7, Self.other, wasTaken: false, at: Self.now)
        #expect(dealt.wasTaken(7, Self.one, at: Self.now) == true)
        #expect(dealt.wasTaken(7, Self.other, at: Self.now) == false)
        #expect(dealt.wasTaken(8, Self.one, at: Self.now) == nil)
        #expect(dealt.wasTaken(7, Self.one, at: Self.now + DealtMessages.lifetime) == nil)
    }

    @Test("Behind a request with its token an id is new, and others are still known")
    func forgotten() {
        var dealt = DealtMessages()
        for id in UInt16(1)...3 {
            dealt.note(id, Self.one, wasTaken: true, at: Self.now)
            dealt.note(id, Self.other, wasTaken: true, at: Self.now)
        }
        dealt.forget(Self.one, at: Self.now)
        for id in UInt16(1)...3 {
            #expect(dealt.wasTaken(id, Self.one, at: Self.now) == nil)
            #expect(dealt.wasTaken(id, Self.other, at: Self.now) == true)
        }
        dealt.note(1, Self.one, wasTaken: false, at: Self.now)
        #expect(dealt.wasTaken(1, Self.one, at: Self.now) == false)
    }

    @Test("The newest are remembered")
    func capacity() {
        var dealt = DealtMessages()
        for id in 0...UInt16(DealtMessages.capacity) { dealt.note(id, Self.one, wasTaken: true, at: Self.now) }
        #expect(dealt.wasTaken(0, Self.one, at: Self.now) == nil)
        #expect(dealt.wasTaken(1, Self.one, at: Self.now) == true)
    }
}
