// SPDX-License-Identifier: Apache-2.0

import CBOR
import Testing

@Suite("The examples of RFC 8949, Appendix A")
struct AppendixATests {
    /// Bytes and diagnostic notation of what is encoded deterministically in the RFC.
    static let deterministic: [(String, String)] = [
        ("00", "0"), ("01", "1"), ("0a", "10"), ("17", "23"), ("1818", "24"), ("1819", "25"), ("1864", "100"),
        ("1903e8", "1000"), ("1a000f4240", "1000000"), ("1b000000e8d4a51000", "1000000000000"),
        ("1bffffffffffffffff", "18446744073709551615"), ("c249010000000000000000", "2(h'010000000000000000')"),
        ("3bffffffffffffffff", "-18446744073709551616"), ("c349010000000000000000", "3(h'010000000000000000')"),
        ("20", "-1"), ("29", "-10"), ("3863", "-100"), ("3903e7", "-1000"), ("f90000", "0.0"), ("f98000", "-0.0"),
        ("f93c00", "1.0"), ("fb3ff199999999999a", "1.1"), ("f93e00", "1.5"), ("f97bff", "65504.0"),
        ("fa47c35000", "100000.0"), ("fa7f7fffff", "3.4028234663852886e+38"), ("fb7e37e43c8800759c", "1e+300"),
        ("f90001", "5.960464477539063e-08"), ("f90400", "6.103515625e-05"), ("f9c400", "-4.0"),
        ("fbc010666666666666", "-4.1"), ("f97c00", "Infinity"), ("f97e00", "NaN"), ("f9fc00", "-Infinity"),
        ("f4", "false"), ("f5", "true"), ("f6", "null"), ("f7", "undefined"), ("f0", "simple(16)"),
        ("f8ff", "simple(255)"), ("c074323031332d30332d32315432303a30343a30305a", #"0("2013-03-21T20:04:00Z")"#),
        ("c11a514b67b0", "1(1363896240)"), ("c1fb41d452d9ec200000", "1(1363896240.5)"),
        ("d74401020304", "23(h'01020304')"),
        ("d818456449455446", "24(h'6449455446')"),
        ("d82076687474703a2f2f7777772e6578616d706c652e636f6d", #"32("http://www.example.com")"#), ("40", "h''"),
        ("4401020304", "h'01020304'"), ("60", #""""#), ("6161", #""a""#), ("6449455446", #""IETF""#),
        ("62225c", #""\"\\""#), ("62c3bc", "\"\u{FC}\""), ("63e6b0b4", "\"\u{6C34}\""),
        ("64f0908591", "\"\u{10151}\""), ("80", "[]"), ("83010203", "[1, 2, 3]"),
        ("8301820203820405", "[1, [2, 3], [4, 5]]"),
        (
            "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
            "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]"
        ),
        ("a0", "{}"), ("a201020304", "{1: 2, 3: 4}"), ("a26161016162820203", #"{"a": 1, "b": [2, 3]}"#),
        ("826161a161626163", #"["a", {"b": "c"}]"#),
        (
            "a56161614161626142616361436164614461656145",
            #"{"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}"#
        ),
    ]

    /// What the RFC encodes otherwise: wide floats and indefinite lengths, here with what they are encoded as in turn.
    static let others: [(String, String, String)] = [
        ("fa7f800000", "Infinity", "f97c00"), ("fa7fc00000", "NaN", "f97e00"), ("faff800000", "-Infinity", "f9fc00"),
        ("fb7ff0000000000000", "Infinity", "f97c00"), ("fb7ff8000000000000", "NaN", "f97e00"),
        ("fbfff0000000000000", "-Infinity", "f9fc00"), ("5f42010243030405ff", "h'0102030405'", "450102030405"),
        ("7f657374726561646d696e67ff", #""streaming""#, "6973747265616d696e67"), ("9fff", "[]", "80"),
        ("9f018202039f0405ffff", "[1, [2, 3], [4, 5]]", "8301820203820405"),
        ("9f01820203820405ff", "[1, [2, 3], [4, 5]]", "8301820203820405"),
        ("83018202039f0405ff", "[1, [2, 3], [4, 5]]", "8301820203820405"),
        ("83019f0203ff820405", "[1, [2, 3], [4, 5]]", "8301820203820405"),
        ("bf61610161629f0203ffff", #"{"a": 1, "b": [2, 3]}"#, "a26161016162820203"),
        ("826161bf61626163ff", #"["a", {"b": "c"}]"#, "826161a161626163"),
        ("bf6346756ef563416d7421ff", #"{"Fun": true, "Amt": -2}"#, "a263416d74216346756ef5"),
    ]

    @Test("What is deterministic reads and is written back the same", arguments: deterministic)
    func sameAgain(hex: String, diagnostic: String) throws {
        let value = try CBORReader.parse(bytes(hex))
        #expect(value.diagnostic == diagnostic)
        #expect(CBORWriter.encode(value) == bytes(hex))
    }

    @Test("What is not becomes so", arguments: others)
    func becomesDeterministic(hex: String, diagnostic: String, again: String) throws {
        let value = try CBORReader.parse(bytes(hex))
        #expect(value.diagnostic == diagnostic)
        #expect(CBORWriter.encode(value) == bytes(again))
    }
}

/// The bytes of hexadecimal digits.
func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
