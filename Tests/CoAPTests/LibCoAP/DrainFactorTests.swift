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
}
