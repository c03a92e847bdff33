// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("How many datagrams are read at each wake-up")
struct DrainFactorTests {
    @Test("It doubles while the socket stays full, up to its limit")
    func full() {
        var factor = DrainFactor()
        #expect(factor.value == 1)
        for expected in [2, 4, 8, 16, 32, 32] {
            factor.note(handled: factor.value)
            #expect(factor.value == expected)
        }
    }

    @Test("It halves when most reads are in vain, down to one, and stays while half are good")
    func empty() {
        var factor = DrainFactor()
        for _ in 0..<3 { factor.note(handled: factor.value) }
        factor.note(handled: 4)
        #expect(factor.value == 8)
        for expected in [4, 2, 1, 1] {
            factor.note(handled: 0)
            #expect(factor.value == expected)
        }
    }

    @Test("One message at a time is asked for by two only now and then")
    func single() {
        var factor = DrainFactor()
        var inVain = 0
        for _ in 0..<1_000 {
            if factor.value > 1 { inVain += 1 }
            factor.note(handled: 1)
        }
        #expect((1...40).contains(inVain))
        // A socket that fills is found out soon.
        var batches = 0
        while factor.value < DrainFactor.maximum {
            factor.note(handled: factor.value)
            batches += 1
        }
        #expect(batches <= DrainFactor.patience + 6)
    }
}
