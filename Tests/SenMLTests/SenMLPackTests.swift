// SPDX-License-Identifier: Apache-2.0

import CoAPCore
import SenML
import Testing

@Suite("SenML packs (RFC 8428)")
struct SenMLPackTests {
    private static func pack(_ text: String) throws -> SenMLPack {
        try SenMLPack(decoding: Array(text.utf8), as: .senMLJSON)
    }

    @Test("What is written reads back the same")
    func roundTrip() throws {
        let text =
            #"[{"bn":"urn:dev:x:","bt":1276020076,"bu":"A","bver":10,"n":"v","u":"V","v":120.1,"ut":5},"#
            + #"{"n":"s","vs":"é"},{"n":"b","vb":false},{"n":"d","vd":"aGk"},{"n":"sum","s":12}]"#
        let pack = try Self.pack(text)
        #expect(pack.records.count == 5)
        #expect(String(decoding: pack.encoded(as: .senMLJSON), as: UTF8.self) == text)
        #expect(pack.records[3].value == .data(Array("hi".utf8)))
    }

    @Test("Base fields hold from their record on (§4.1, §4.6)")
    func resolution() throws {
        let pack = try Self.pack(
            #"[{"bn":"urn:dev:ow:10e2073a01080063:","bt":1.276020076e+09,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},"#
                + #"{"n":"current","t":-5,"v":1.2},{"bn":"other:","bv":10,"n":"x","v":1},{"n":"y","vb":true}]"#)
        let records = try pack.resolved(now: 2e9)
        #expect(
            records.map(\.name) == [
                "urn:dev:ow:10e2073a01080063:voltage", "urn:dev:ow:10e2073a01080063:current", "other:x", "other:y",
            ])
        #expect(records.map(\.time) == [1_276_020_076, 1_276_020_071, 1_276_020_076, 1_276_020_076])
        #expect(records.map(\.unit?.rawValue) == ["V", "A", "A", "A"])
        #expect(records[2].value == .number(11))
        #expect(records[3].value == .bool(true))
        #expect(records[0].baseVersion == 5)
    }

    @Test("Times near zero are reckoned from now (§4.5.3)")
    func relativeTime() throws {
        let records = try Self.pack(#"[{"n":"a","v":1},{"n":"b","v":2,"t":-60}]"#).resolved(now: 1_800_000_000)
        #expect(records.map(\.time) == [1_800_000_000, 1_799_999_940])
    }

    @Test(
        "What is refused",
        arguments: [
            "{}", "[1]", "[{\"n\":1}]", "[{\"v\":\"x\"}]", "[{\"vb\":1}]", "[{\"vd\":\"=\"}]",
            "[{\"n\":\"a\",\"v\":1,\"vs\":\"b\"}]",
            "[{\"n\":\"a\",\"v\":1,\"new_\":1}]", "[{\"t\":\"now\"}]", "[", "[{\"bver\":1.5}]",
        ])
    func refused(text: String) {
        let error = #expect(throws: ResponseError.self) { try Self.pack(text) }
        #expect(error?.code == .badRequest)
    }

    @Test("Unknown labels are passed over unless they must be understood (§4.4)")
    func unknownLabels() throws {
        #expect(try Self.pack(#"[{"n":"a","v":1,"future":[1]}]"#).records[0].value == .number(1))
    }

    @Test("Names that cannot be are refused when they are put together (§4.5.1)", arguments: ["", "-a", "a b", "é"])
    func names(name: String) throws {
        let pack = SenMLPack([SenMLRecord(name: name, value: .number(1))])
        #expect(throws: ResponseError.self) { try pack.resolved(now: 0) }
    }
}
