// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("The numbers of notifications (RFC 7641 §3.4, §4.4)")
struct ObserveSequenceTests {
    @Test("They go on from the largest to zero")
    func wrap() {
        var sequence = ObserveSequence(0xFF_FFFE)
        sequence.advance()
        #expect(sequence.number == 0xFF_FFFF)
        sequence.advance()
        #expect(sequence.number == 0)
        #expect(ObserveSequence.isNewer(0, than: 0xFF_FFFF))
        #expect(!ObserveSequence.isNewer(0xFF_FFFF, than: 0))
    }

    @Test("Newer is what lies less than half the circle ahead")
    func serialArithmetic() {
        #expect(!ObserveSequence.isNewer(5, than: 5))
        #expect(ObserveSequence.isNewer(6, than: 5))
        #expect(!ObserveSequence.isNewer(5, than: 6))
        #expect(ObserveSequence.isNewer(0x7F_FFFF, than: 0))
        #expect(!ObserveSequence.isNewer(0x80_0000, than: 0))
        #expect(ObserveSequence.isNewer(2, than: 0x80_0003))
    }

    @Test("Only 24 bits of the start count, and it moves with the clock")
    func start() {
        #expect(ObserveSequence(0x1234_5678).number == 0x34_5678)
        let second = MonotonicTime(nanoseconds: 10_000_000_000)
        let later = ObserveSequence(at: second + .seconds(10)).number
        #expect(ObserveSequence.isNewer(later, than: ObserveSequence(at: second).number))
    }
}
