// SPDX-License-Identifier: Apache-2.0

import CBOR
import CoAPCore
import TestSupport
import Testing

@testable import SenML

@Suite("JSON (RFC 8259)")
struct JSONTests {
    @Test("Names are told apart by their bytes; numbers keep their digits in CBOR")
    func exactness() throws {
        let value = try JSONParser.parse(Array("{\"\u{E9}\": 1, \"e\u{301}\": 18446744073709551615}".utf8))
        guard case .map(let entries) = value.cbor else { throw CancellationError() }
        #expect(entries.map(\.value) == [.unsigned(1), .unsigned(.max)])
    }

    @Test(
        "What is JSON",
        arguments: [
            "null", "true", "false", "0", "-0", "1.5e+3", "1E-2", "123456789012345678901234567890", "\"\"", "[]", "{}",
            "[1,2,[3]]", #"{"a":{"b":[null]}}"#, #""\u00e9\ud83d\ude00\n\/""#, " [ 1 , 2 ]\n",
        ])
    func valid(text: String) throws {
        let value = try JSONParser.parse(Array(text.utf8))
        #expect(try JSONParser.parse(Array(value.compact.utf8)) == value)
        #expect(try JSONParser.parse(Array(value.pretty.utf8)) == value)
    }

    @Test(
        "What is not",
        arguments: [
            "", " ", "nul", "tru", "01", "+1", ".5", "1.", "1e", "-", "0x1", "NaN", "[1,]", "[1 2]", "[", "{\"a\"}",
            "{a:1}", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"",
            "\"\\ud800\\u0041\"", "\"\n\"", "1 2", "[]]", "'a'", "\"\\u+123\"",
        ])
    func invalid(text: String) {
        #expect(throws: JSONError.self) { try JSONParser.parse(Array(text.utf8)) }
    }

    @Test("Depth and encoding are bounded")
    func bounds() throws {
        let deep = String(repeating: "[", count: 31) + String(repeating: "]", count: 31)
        _ = try JSONParser.parse(Array(deep.utf8))
        let deeper = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError.self) { try JSONParser.parse(Array(deeper.utf8)) }
        #expect(throws: JSONError.self) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
    }

    @Test("Numbers are written short and exact")
    func numbers() {
        #expect(JSONValue.number(21.4).compact == "21.4")
        #expect(JSONValue.number(-3.0).compact == "-3")
        #expect(JSONValue.number(1e300).compact == "1e+300")
        #expect(JSONValue.number(Double.nan).compact == "null")
        #expect(JSONValue.number("1e999").double == nil)
    }

    @Test("Pretty text")
    func pretty() throws {
        let value = try JSONParser.parse(Array(#"{"a":[1,{"b":"\u001b"}],"c":{},"d":[]}"#.utf8))
        #expect(
            value.pretty == """
                {
                  "a": [
                    1,
                    {
                      "b": "\\u001b"
                    }
                  ],
                  "c": {},
                  "d": []
                }
                """)
    }

    @Test("50,000 texts, seeded, stop nothing")
    func fuzz() async {
        var generator = SeededGenerator(seed: 8259)
        let pieces = [
            "{", "}", "[", "]", ":", ",", "\"", "\\u", "d83d", "1", "-", "e", ".", "true", "nul", " ", "é", "\"a\"",
        ]
        for number in 0..<50_000 {
            await breathe(number)
            var text = ""
            for _ in 0..<Int.random(in: 0..<16, using: &generator) {
                text += pieces.randomElement(using: &generator) ?? ""
            }
            if let value = try? JSONParser.parse(Array(text.utf8)) {
                #expect((try? JSONParser.parse(Array(value.compact.utf8))) == value)
            }
            _ = try? SenMLPack(decoding: Array(text.utf8), as: .senMLJSON)
        }
    }

    @Test("Base64url without padding (RFC 4648 §10)")
    func base64() {
        for (text, encoded) in [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("foobar", "Zm9vYmFy"),
        ] {
            #expect(Base64URL.encode(Array(text.utf8)) == encoded)
            #expect(Base64URL.decode(encoded) == Array(text.utf8))
        }
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        for bad in ["Z", "Zg==", "Zh", "+/8", "Z g"] { #expect(Base64URL.decode(bad) == nil) }
    }
}
