// SPDX-License-Identifier: Apache-2.0

import CBOR
import CoAPCore
import SenML
import TestSupport
import Testing

@Suite("SenML in CBOR (RFC 8428 §6)")
struct SenMLCBORTests {
    /// The example of §6.
    private static let example = """
        87a721781b75726e3a6465763a6f773a31306532303733613031303830303\
        63a22fb41d303a15b00106223614120050067766f6c7461676501615602fb405e066666666666\
        a3006763757272656e74062402fb3ff3333333333333a3006763757272656e74062302fb3ff4cccccccccccd\
        a3006763757272656e74062202fb3ff6666666666666a3006763757272656e74062102f93e00\
        a3006763757272656e74062002fb3ff999999999999aa3006763757272656e74060002fb3ffb333333333333
        """

    @Test("The example of §6 is the one of §5.1.2")
    func example() throws {
        let text =
            #"[{"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09,"bu":"A","bver":5,"n":"voltage","u":"V","#
            + #""v":120.1},{"n":"current","t":-5,"v":1.2},{"n":"current","t":-4,"v":1.3},{"n":"current","t":-3,"v":1.4},"#
            + #"{"n":"current","t":-2,"v":1.5},{"n":"current","t":-1,"v":1.6},{"n":"current","t":0,"v":1.7}]"#
        let json = try SenMLPack(decoding: Array(text.utf8), as: .senMLJSON)
        let cbor = try SenMLPack(decoding: bytes(Self.example), as: .senMLCBOR)
        #expect(cbor == json)
        let again = try json.encoded(as: .senMLCBOR)
        // The order of the keys is another, deterministic one.
        #expect(again.count == bytes(Self.example).count)
        #expect(try SenMLPack(decoding: again, as: .senMLCBOR) == json)
    }

    @Test("Every label has its number (Table 4)")
    func labels() throws {
        let record = SenMLRecord(
            baseName: "b", baseTime: 1, baseUnit: .metre, baseValue: 2, baseSum: 3, baseVersion: 9, name: "n",
            unit: .kilogram, value: .number(4.5), sum: 5, time: -6, updateTime: 7)
        let values: [SenMLRecord.Value] = [.string("x"), .bool(true), .data([1, 2])]
        let pack = SenMLPack([record] + values.map { SenMLRecord(value: $0) })
        let encoded = try pack.encoded(as: .senMLCBOR)
        #expect(
            try CBORReader.parse(encoded).diagnostic
                == #"[{0: "n", 1: "kg", 2: 4.5, 5: 5, 6: -6, 7: 7, -1: 9, -2: "b", -3: 1, -4: "m", -5: 2, -6: 3}, "#
                + #"{3: "x"}, {4: true}, {8: h'0102'}]"#)
        #expect(try SenMLPack(decoding: encoded, as: .senMLCBOR) == pack)
    }

    @Test(
        "Numbers of every kind are read",
        arguments: [
            ("15", 21.0), ("24", -5), ("f94d60", 21.5), ("fa41ac0000", 21.5), ("fb4035800000000000", 21.5),
            ("1bffffffffffffffff", 0x1p64), ("3bffffffffffffffff", -0x1p64),
            // Decimal fractions are rounded once.
            ("c48221190a2b", 26.03), ("c482201904b1", 120.1), ("c4820103", 30), ("c4822203", 0.003),
            ("c48221380a", -0.11),
            ("c249010000000000000000", 0x1p64), ("c349010000000000000000", -0x1p64), ("c240", 0),
        ])
    func numbers(hex: String, expected: Double) throws {
        let pack = try SenMLPack(decoding: bytes("81a1" + "02" + hex), as: .senMLCBOR)
        #expect(pack.records[0].value == .number(expected))
    }

    @Test(
        "What is refused",
        arguments: [
            // No list of maps.
            "a0", "8101", "00", "", "81",
            // Fields of the wrong type, and two values.
            "81a10001", "81a1026178", "81a10401", "81a10861" + "78", "81a1036178" + "00", "81a20201" + "036178",
            "81a102f6",
            // Numbers of CBOR that are none that a double holds, and fractions that make no sense.
            "81a102f97e00", "81a102f97c00", "81a102c48119ffff", "81a102c4821a000f424001", "81a102c482016178",
            "81a102c482f90000" + "01",
            // Versions: 11, 0, a float, a negative number.
            "81a1200b", "81a12000", "81a120f94900", "81a12020",
            // Numbers that are no labels, since Table 4 is conclusive; a name in place of a number; a list as a label.
            "81a10901", "81a12601", "81a1617601", "81a18001", "81a11bffffffffffffffff01",
            // A label that must be understood.
            "81a1646e65775f01",
        ])
    func refused(hex: String) {
        let error = #expect(throws: ResponseError.self) { try SenMLPack(decoding: bytes(hex), as: .senMLCBOR) }
        #expect(error?.code == .badRequest)
    }

    @Test("Unknown names are passed over (§4.4)")
    func unknown() throws {
        let pack = try SenMLPack(decoding: bytes("81a2666675747572658101" + "0201"), as: .senMLCBOR)
        #expect(pack.records == [SenMLRecord(value: .number(1))])
    }

    @Test("Accept chooses between JSON and CBOR")
    func negotiation() throws {
        let pack = SenMLPack([SenMLRecord(name: "t", value: .number(21))])
        func response(_ accept: ContentFormat?) throws -> Response {
            var request = Request(method: .get)
            request.options.accept = accept
            return try pack.response(to: request)
        }
        #expect(try response(nil).contentFormat == .senMLJSON)
        #expect(try response(.senMLJSON).text == #"[{"n":"t","v":21}]"#)
        #expect(try response(.senMLCBOR).contentFormat == .senMLCBOR)
        #expect(try response(.senMLCBOR).payload == bytes("81a2006174" + "0215"))
        let refused = #expect(throws: ResponseError.self) { try response(.cbor) }
        #expect(refused?.code == .notAcceptable)
    }

    @Test("JSON and CBOR carry the same packs")
    func equivalence() throws {
        var random = SeededGenerator(seed: 8428)
        for _ in 0..<2_000 {
            func number() -> Double? {
                guard Bool.random(using: &random) else { return nil }
                return Double.random(in: -1e6...1e6, using: &random) * (Bool.random(using: &random) ? 1 : 0x1p40)
            }
            func whole() -> Double? { number()?.rounded() }
            let values: [SenMLRecord.Value?] = [
                nil, number().map { .number($0) }, whole().map { .number($0) }, .string("é\u{1F600}\"\\"), .bool(false),
                .data([0, 255, 3]),
            ]
            let record = SenMLRecord(
                baseTime: whole(), baseValue: number(), name: "n", value: values.randomElement(using: &random) ?? nil,
                sum: number(), time: number(), updateTime: whole())
            for format in SenMLPack.contentFormats {
                let encoded = try SenMLPack([record]).encoded(as: format)
                #expect(try SenMLPack(decoding: encoded, as: format).records == [record])
            }
        }
    }

    @Test("Random bytes are read or refused")
    func randomBytes() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<20_000 {
            let tail = (0..<Int.random(in: 0...16, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random)
            }
            _ = try? SenMLPack(decoding: [0x81, 0xA1] + tail, as: .senMLCBOR).resolved(now: 0)
        }
    }
}

/// The bytes of hexadecimal digits.
private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
