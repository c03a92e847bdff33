// SPDX-License-Identifier: Apache-2.0

import CoAPCore
import Testing

@testable import CoAP

@Suite("Which requests may be on the wire")
struct SendWindowTests {
    private static func token(_ number: UInt64) -> Token { Token(bits: number, count: 8) }

    @Test("Requests take places until there are none, and get them in their order")
    func order() {
        var window = SendWindow(limit: 2)
        let step14 = window.enter()
        #expect(step14)
        let step16 = window.enter()
        #expect(step16)
        let step18 = window.enter()
        #expect(!step18)
        for number in 1...3 { window.enqueue(Self.token(UInt64(number))) }
        let step21 = window.dequeue()
        #expect(step21 == nil)
        window.leave()
        let step24 = window.enter()
        #expect(!step24, "others wait already")
        let step26 = window.dequeue()
        #expect(step26 == Self.token(1))
        let step28 = window.dequeue()
        #expect(step28 == nil)
        window.leave()
        let step31 = window.dequeue()
        #expect(step31 == Self.token(2))
        window.leave()
        window.leave()
        let step35 = window.dequeue()
        #expect(step35 == Self.token(3))
        #expect(window.queued == 0)
        let step38 = window.enter()
        #expect(step38)
    }

    @Test("A request taken out of the queue is never sent")
    func removal() {
        var window = SendWindow(limit: 1)
        let step45 = window.enter()
        #expect(step45)
        for number in 1...3 { window.enqueue(Self.token(UInt64(number))) }
        window.remove(Self.token(2))
        window.remove(Self.token(9))
        window.leave()
        let step51 = window.dequeue()
        #expect(step51 == Self.token(1))
        window.leave()
        let step54 = window.dequeue()
        #expect(step54 == Self.token(3))
        window.leave()
        let step57 = window.dequeue()
        #expect(step57 == nil)
    }

    @Test("What nobody waits for keeps its place until it is settled")
    func abandoned() {
        var window = SendWindow(limit: 1)
        let step64 = window.enter()
        #expect(step64)
        window.leave()
        window.abandon(7)
        let step68 = window.enter()
        #expect(!step68)
        #expect(!window.isClogged, "nothing waits")
        window.enqueue(Self.token(1))
        #expect(window.isClogged)
        let step73 = window.dequeue()
        #expect(step73 == nil)
        let step75 = window.settle(8)
        #expect(!step75)
        let step77 = window.settle(7)
        #expect(step77)
        #expect(!window.isClogged)
        let step80 = window.dequeue()
        #expect(step80 == Self.token(1))
    }

    @Test("Requests that wait for living ones do not clog it, and a new session clears it")
    func restart() {
        var window = SendWindow(limit: 2)
        var entered = window.enter()
        #expect(entered)
        entered = window.enter()
        #expect(entered)
        window.enqueue(Self.token(1))
        #expect(!window.isClogged)
        window.leave()
        window.abandon(1)
        #expect(window.isClogged)
        window.restart()
        #expect(window.abandonedCount == 0 && window.outstanding == 0)
        let step98 = window.dequeue()
        #expect(step98 == Self.token(1))
    }

    @Test("A long queue stays in order")
    func long() {
        var window = SendWindow(limit: 1)
        var taken: [Token] = []
        for number in 0..<1_000 { window.enqueue(Self.token(UInt64(number))) }
        while let token = window.dequeue() {
            taken.append(token)
            window.leave()
        }
        #expect(taken == (0..<1_000).map { Self.token(UInt64($0)) })
    }
}
