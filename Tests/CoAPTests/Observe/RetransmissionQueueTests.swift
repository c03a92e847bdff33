// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("Repeating confirmable notifications (RFC 7252 §4.2, §4.8)")
struct RetransmissionQueueTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000)
    private static func at(_ seconds: Int) -> MonotonicTime { start + .seconds(seconds) }

    private func expect(
        _ queue: inout RetransmissionQueue<Int>, at now: MonotonicTime, _ due: RetransmissionQueue<Int>.Due?
    ) {
        let next = queue.next(at: now)
        #expect(next == due)
    }

    @Test("A message is repeated four times, each wait twice the one before, and then given up")
    func schedule() {
        var queue = RetransmissionQueue<Int>()
        queue.add(1, at: Self.start, timeout: .seconds(2))
        for moment in [2, 6, 14, 30] {
            expect(&queue, at: Self.at(moment - 1), nil)
            expect(&queue, at: Self.at(moment), .repeat(1))
        }
        expect(&queue, at: Self.at(61), nil)
        expect(&queue, at: Self.at(62), .giveUp(1))
        #expect(queue.count == 0)
    }

    @Test("An acknowledged message is not repeated, the others are, in the order of their moments")
    func acknowledged() {
        var queue = RetransmissionQueue<Int>()
        queue.add(1, at: Self.at(0), timeout: .seconds(3))
        queue.add(2, at: Self.at(0), timeout: .seconds(2))
        queue.add(3, at: Self.at(0), timeout: .seconds(1))
        queue.remove(2)
        expect(&queue, at: Self.at(9), .repeat(3))
        expect(&queue, at: Self.at(9), .repeat(1))
        expect(&queue, at: Self.at(9), nil)
    }

    @Test("The first wait is between ACK_TIMEOUT and that times ACK_RANDOM_FACTOR")
    func random() throws {
        for key in 0..<50 {
            var queue = RetransmissionQueue<Int>()
            queue.add(key, at: Self.start)
            let earliest = queue.earliest()
            let due = try #require(earliest)
            #expect(due >= Self.at(2) && due <= Self.at(3))
        }
    }
}
