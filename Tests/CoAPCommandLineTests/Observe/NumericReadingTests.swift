// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import CoAPCommandLine

@Suite("The number a body stands for")
struct NumericReadingTests {
    private func number(_ text: String, _ format: ContentFormat?) -> Double? {
        NumericReading.number(in: Array(text.utf8), format)
    }

    @Test(
        "In text, with or without a unit",
        arguments: [
            ("21.5", 21.5), (" -3 \n", -3), ("21.5 °C", 21.5), ("1e3", 1000), ("12e", 12), ("7%", 7), ("on", nil),
            ("", nil), ("inf", nil), ("nan", nil), ("-", nil),
        ] as [(String, Double?)])
    func text(text: String, value: Double?) {
        #expect(number(text, .text) == value)
        #expect(number(text, nil) == value)
    }

    @Test("In JSON and SenML")
    func json() {
        #expect(number("4.5", .json) == 4.5)
        #expect(number(#"{"value":3}"#, .json) == 3)
        #expect(number(#"{"x":3}"#, .json) == nil)
        #expect(number(#"[{"bn":"a","bv":20,"n":"t","v":1.5}]"#, .senMLJSON) == 21.5)
        #expect(number(#"[{"n":"s","vs":"x"},{"n":"t","v":2}]"#, .senMLJSON) == 2)
        #expect(number(#"[{"n":"led","vb":true}]"#, .senMLJSON) == 1)
        #expect(number("{", .json) == nil)
        #expect(NumericReading.number(in: [0xFF], .octetStream) == nil)
    }
}
