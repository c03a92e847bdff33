// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import CoAPCommandLine

@Suite("Keys as people write them")
struct KeyTextTests {
    private func read(_ text: String) throws(CoAPError) -> [UInt8] {
        let result: Result<Secret, CoAPError> = Secret(Array(text.utf8)).withBytes { bytes in
            Result { () throws(CoAPError) in try KeyText.key(inFile: bytes, named: "file") }
        }
        return try result.get().withBytes { Array($0) }
    }

    @Test(
        "Text and digits, with and without the line's end",
        arguments: [
            "secret k", "secret k\n", "secret k\r\n", "hex:736563726574206B", "HEX:736563726574206b\n",
            "Hex:73 65 63 72 65 74 20 6b",
        ])
    func good(text: String) throws {
        #expect(try read(text) == Array("secret k".utf8))
    }

    @Test(
        "What no editor was meant to leave in it",
        arguments: [
            ("", "there is no key"), ("\n", "there is no key"), ("one-line\nand-another", "more than one line"),
            (" secret k", "a space stands"), ("secret k ", "a space stands"), ("secret k\t\n", "a space stands"),
            ("\u{FEFF}secret k", "byte order mark"), ("hex:0g", "pairs of digits"), ("hex:001", "pairs of digits"),
            ("abc", "a key of 3 bytes can be guessed"), ("hex:001122", "a key of 3 bytes can be guessed"),
        ])
    func bad(text: String, says: String) {
        let error = #expect(throws: CoAPError.self) { try read(text) }
        #expect(error?.code == .invalidCredentials)
        #expect(error?.message.hasPrefix("file: ") == true && error?.message.contains(says) == true)
    }

    @Test("Digits that were taken for the key itself")
    func digits() {
        let digits = String(repeating: "0aF", count: 11)
        for text in [digits, "0x" + digits, "0X" + digits] {
            #expect(KeyText.looksLikeDigits(Secret(Array(text.utf8))))
        }
        for text in [String(digits.dropLast(2)), digits + "g", "", "0x"] {
            #expect(!KeyText.looksLikeDigits(Secret(Array(text.utf8))))
        }
    }
}
