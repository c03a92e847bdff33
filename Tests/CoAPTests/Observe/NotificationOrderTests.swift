// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("The order of notifications (RFC 7641 §3.4)")
struct NotificationOrderTests {
    private let start = ContinuousClock.now

    @Test(
        "Within 128 s the numbers decide, around the end of their range, too",
        arguments: [
            (1, 2, true), (2, 1, false), (5, 5, false), (0, 0x7F_FFFF, true), (0, 0x80_0000, false),
            (0xFF_FFFF, 0, true), (0, 0xFF_FFFF, false), (0xFF_FFF0, 5, true), (0x80_0001, 0, true),
            (0x80_0000, 0, false),
        ] as [(UInt32, UInt32, Bool)])
    func numbers(first: UInt32, second: UInt32, isNewer: Bool) {
        var order = NotificationOrder()
        expect(order.accept(first, at: start))
        expect(order.accept(second, at: start + .seconds(128)) == isNewer)
    }

    @Test("After more than 128 s the later one is the newer one")
    func late() {
        var order = NotificationOrder()
        expect(order.accept(100, at: start))
        expect(!order.accept(99, at: start + .seconds(128)))
        expect(order.accept(99, at: start + .milliseconds(128_001)))
        expect(!order.accept(98, at: start + .seconds(129)))
    }

    @Test("What was refused is not compared with")
    func refused() {
        var order = NotificationOrder()
        expect(order.accept(100, at: start))
        expect(!order.accept(50, at: start))
        expect(!order.accept(60, at: start))
        expect(order.accept(101, at: start))
    }

    @Test("A new registration begins anew")
    func reset() {
        var order = NotificationOrder()
        expect(order.accept(100, at: start))
        order.reset()
        expect(order.accept(1, at: start))
    }
}
