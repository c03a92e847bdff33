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
            ("", nil), ("inf", nil), ("nan", nil), ("-", nil), (".5", 0.5), ("5.", 5), (".", nil), ("+2e-1x", 0.2),
            ("1e+", 1), ("1-2", 1), ("--1", nil), ("1e999", nil), ("\u{0663}", nil),
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
        #expect(number(#"{"v":"x","value":true}"#, .json) == 1)
        #expect(number(#"[{"bn":"a","bv":20,"n":"t","v":1.5}]"#, .senMLJSON) == 21.5)
        #expect(number(#"[{"n":"s","vs":"x"},{"n":"t","v":2}]"#, .senMLJSON) == 2)
        #expect(number(#"[{"n":"led","vb":true}]"#, .senMLJSON) == 1)
        #expect(number("{", .json) == nil)
        #expect(NumericReading.number(in: [0xFF], .octetStream) == nil)
    }

    @Test("SenML is resolved: of what it names, the newest reading")
    func senML() {
        #expect(number(#"[{"n":"t","v":1,"t":5},{"n":"t","v":2,"t":9},{"n":"t","v":3,"t":7}]"#, .senMLJSON) == 2)
        #expect(number(#"[{"bn":"a","bv":1,"v":1},{"bv":5,"n":"b","v":1}]"#, .senMLJSON) == 2)
        // A name is missing.
        #expect(number(#"[{"v":2}]"#, .senMLJSON) == nil)
        // [{-2: "a", -5: 20, 0: "t", 2: 1.5}]
        let pack: [UInt8] = [
            0x81, 0xA4, 0x21, 0x61, 0x61, 0x24, 0x14, 0x00, 0x61, 0x74, 0x02, 0xF9, 0x3E, 0x00,
        ]
        #expect(NumericReading.number(in: pack, .senMLCBOR) == 21.5)
    }

    @Test("CBOR is no text")
    func cbor() {
        #expect(NumericReading.number(in: [0x35], .cbor) == -22)
        #expect(NumericReading.number(in: [0xFB, 0x40, 0x35, 0x80, 0, 0, 0, 0, 0], .cbor) == 21.5)
        #expect(NumericReading.number(in: [0xF9, 0x7C, 0x00], .cbor) == nil)
        #expect(NumericReading.number(in: [0xF5], .cbor) == 1)
        // {"value": 3, "raw": h'00'}
        let map: [UInt8] = [
            0xA2, 0x65, 0x76, 0x61, 0x6C, 0x75, 0x65, 0x03, 0x63, 0x72, 0x61, 0x77, 0x41, 0x00,
        ]
        #expect(NumericReading.number(in: map, .cbor) == 3)
        #expect(NumericReading.number(in: Array("21.5".utf8), .cbor) == nil)
        #expect(NumericReading.number(in: Array("21.5".utf8), .octetStream) == nil)
    }

    @Test(
        "Long runs of what numbers consist of take no time", .timeLimit(.minutes(10)), arguments: ["-", "1", "e", "."])
    func long(text: String) {
        let body = Array(String(repeating: text, count: 200_000).utf8)
        let started = ContinuousClock.now
        #expect(NumericReading.number(in: body, .text) == nil)
        #expect(ContinuousClock.now - started < .seconds(60))
    }
}
