// SPDX-License-Identifier: Apache-2.0

import CBOR
import TestSupport
import Testing

@Suite("CBOR (RFC 8949)")
struct CBORTests {
    @Test("Keys are told apart by their bytes, and by what they say however it is written (RFC 8949 §5.6.1)")
    func keys() throws {
        // "é" in one and in two code points, 0.0 and -0.0.
        for pairs in ["a2 62c3a9 01 6365cc81 02", "a2 f90000 01 f98000 02"] {
            let value = try CBORReader.parse(bytes(pairs.filter { $0 != " " }))
            guard case .map(let entries) = value else { throw CancellationError() }
            #expect(entries.count == 2)
        }
        // 1 in one byte and in two, NaN in two and in four.
        for twice in ["a2 01 01 1801 02", "a2 f97e00 01 fa7fc00000 02"] {
            #expect(throws: CBORError.self) { try CBORReader.parse(bytes(twice.filter { $0 != " " })) }
        }
    }

    @Test(
        "What is refused",
        arguments: [
            // Nothing, and what ends too early (Appendix F).
            "", "18", "19", "1a", "1b", "1901", "1a0102", "1b01020304050607", "38", "58", "78", "98", "9a01ff00", "b8",
            "d8", "f8", "f900", "fa0000", "fb000000", "41", "61", "5affffffff00", "7bffffffffffffffff010203",
            "81", "8200", "a1", "a20102", "a100", "a2000000", "c0", "5f4100", "7f6100", "9f", "9f0102", "bf",
            "bf01020102",
            // Announced and not there.
            "9bffffffffffffffff00", "bbffffffffffffffff0000", "ba7fffffff00",
            // Reserved lengths and lengths that cannot be indefinite.
            "1c", "1d", "1e", "3c", "5c", "7d", "9e", "bc", "dc", "fc", "fd", "fe", "1f", "3f", "df00",
            // Simple values of two bytes that one can say.
            "f800", "f801", "f818", "f81f",
            // Breaks where there is nothing to end.
            "ff", "81ff", "8200ff", "a1ff", "a1ff00", "a100ff", "9f81ff", "bf00ff", "bf000000ff",
            // Chunks of another type or without a length.
            "5f00ff", "5f6100ff", "7f4100ff", "5f5f4100ffff", "5f21ff",
            // Text that is not UTF-8, in whole or in a chunk.
            "61ff", "62c328", "7f61c361bcff",
            // Keys that are there twice, and more than one item.
            "a201020103", "a2616101616102", "0000", "8000", "f6f6",
        ])
    func refused(hex: String) {
        #expect(throws: CBORError.self) { try CBORReader.parse(bytes(hex)) }
    }

    @Test("Depth is bounded", arguments: [[UInt8(0x81)], [0x9F], [0xC1], [0xA1, 0x00], [0xD8, 0x20]])
    func depth(head: [UInt8]) throws {
        let fitting = Array(repeatElement(head, count: 31).joined()) + [0x00]
        let closed = head == [0x9F] ? fitting + Array(repeating: 0xFF, count: 31) : fitting
        #expect(throws: Never.self) { try CBORReader.parse(closed) }
        let error = #expect(throws: CBORError.self) {
            try CBORReader.parse(Array(repeatElement(head, count: 100_000).joined()))
        }
        #expect(error?.reason.contains("levels") == true)
    }

    @Test("Keys are sorted by their bytes (§4.2.1)")
    func sorting() {
        // The RFC's own example.
        let keys: [CBORValue] = [
            .text("aa"), .bool(false), .array([.integer(-1)]), .text("z"), .array([.unsigned(100)]), .unsigned(100),
            .integer(-1), .unsigned(10),
        ]
        let map = CBORValue.map(keys.map { CBORValue.Entry($0, .null) })
        #expect(CBORWriter.encode(map) == bytes("a80af61864f620f6617af6626161f6811864f68120f6f4f6"))
    }

    @Test(
        "Numbers are integers where they can be, else the shortest float",
        arguments: [
            (0.0, "00"), (-0.0, "f98000"), (21, "15"), (-5, "24"), (0.5, "f93800"), (21.5, "f94d60"),
            (120.1, "fb405e066666666666"), (100_000.5, "fa47c35040"), (0x1p52, "1b0010000000000000"),
            (0x1p60, "fa5d800000"), (1e300, "fb7e37e43c8800759c"),
        ])
    func numbers(number: Double, hex: String) {
        #expect(CBORWriter.encode(.number(number)) == bytes(hex))
    }

    @Test("What is written reads back the same")
    func property() throws {
        var random = SeededGenerator(seed: 8949)
        for _ in 0..<5_000 {
            let value = Self.value(depth: 0, &random)
            let encoded = CBORWriter.encode(value)
            let read = try CBORReader.parse(encoded)
            #expect(read == Self.sorted(value))
            #expect(CBORWriter.encode(read) == encoded)
        }
    }

    @Test("Random bytes are read or refused, and what was read is written stably")
    func randomBytes() async throws {
        var random = SeededGenerator(seed: 1)
        for number in 0..<100_000 {
            await breathe(number)
            let input = (0..<Int.random(in: 0...24, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            guard let value = try? CBORReader.parse(input) else { continue }
            _ = value.prettyDiagnostic
            let written = CBORWriter.encode(value)
            #expect(written.count <= input.count)
            #expect(try CBORWriter.encode(CBORReader.parse(written)) == written)
        }
    }

    @Test("Damaged items are read or refused")
    func damaged() async {
        var random = SeededGenerator(seed: 2)
        for number in 0..<20_000 {
            await breathe(number)
            var input = CBORWriter.encode(Self.value(depth: 0, &random))
            input[Int.random(in: 0..<input.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            _ = try? CBORReader.parse(input)
        }
    }

    @Test("What a terminal would act upon is escaped in diagnostic notation, and lists stand on lines")
    func diagnostic() {
        let value = CBORValue.map([.init(.text("\u{1B}[2J"), .array([.bytes([0xAB]), .text("\u{202E}")]))])
        #expect(value.diagnostic == #"{"\u001b[2J": [h'ab', "\u202e"]}"#)
        #expect(value.prettyDiagnostic == "{\n  \"\\u001b[2J\": [\n    h'ab',\n    \"\\u202e\"\n  ]\n}")
    }

    /// Any value, of four levels at most.
    static func value(depth: Int, _ random: inout SeededGenerator) -> CBORValue {
        let number = UInt64.random(in: 0...(.max), using: &random) >> UInt64.random(in: 0...63, using: &random)
        let count = Int.random(in: 0...30, using: &random) % 8
        switch Int.random(in: 0..<(depth < 3 ? 13 : 9), using: &random) {
        case 0: return .unsigned(number)
        case 1: return .negative(number)
        case 2: return .bytes((0..<(count * 5)).map { _ in UInt8.random(in: 0...255, using: &random) })
        case 3: return .text(String((0..<(count * 5)).map { _ in Character(scalar(&random)) }))
        case 4: return [.null, .undefined, .bool(true), .bool(false)][count % 4]
        case 5:
            let simple = UInt8.random(in: 0...255, using: &random)
            return .simple(20...31 ~= simple ? 16 : simple)
        case 6: return .double(Double(Float16(bitPattern: UInt16(truncatingIfNeeded: number & 0x7BFF))))
        case 7: return .double(Double(Float(number)))
        case 8: return .double(Double(number) / 3)
        case 9: return .tagged(number, value(depth: depth + 1, &random))
        case 10: return .array((0..<count).map { _ in value(depth: depth + 1, &random) })
        default:
            var keys: Set<CBORValue> = []
            let entries = (0..<count).map { _ in
                CBORValue.Entry(value(depth: depth + 1, &random), value(depth: depth + 1, &random))
            }
            return .map(entries.filter { keys.insert(sorted($0.key)).inserted })
        }
    }

    private static func scalar(_ random: inout SeededGenerator) -> Unicode.Scalar {
        let range: ClosedRange<UInt32> = Bool.random(using: &random) ? 0x20...0x7E : 0xA0...0x1F600
        return Unicode.Scalar(UInt32.random(in: range, using: &random)) ?? "x"
    }

    /// A value with its maps in the order they are written in.
    private static func sorted(_ value: CBORValue) -> CBORValue {
        switch value {
        case .array(let items): return .array(items.map(sorted))
        case .tagged(let tag, let content): return .tagged(tag, sorted(content))
        case .map(let entries):
            let inner = entries.map { CBORValue.Entry(sorted($0.key), sorted($0.value)) }
            return .map(
                inner.sorted { CBORWriter.encode($0.key).lexicographicallyPrecedes(CBORWriter.encode($1.key)) })
        default: return value
        }
    }
}
