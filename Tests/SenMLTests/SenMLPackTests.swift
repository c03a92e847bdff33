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
        #expect(try String(decoding: pack.encoded(as: .senMLJSON), as: UTF8.self) == text)
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
                "urn:dev:ow:10e2073a01080063:current", "urn:dev:ow:10e2073a01080063:voltage", "other:x", "other:y",
            ])
        #expect(records.map(\.time) == [1_276_020_071, 1_276_020_076, 1_276_020_076, 1_276_020_076])
        #expect(records.map(\.unit?.rawValue) == ["A", "V", "A", "A"])
        #expect(records[2].value == .number(11))
        #expect(records[3].value == .bool(true))
        #expect(records[0].baseVersion == 5)
    }

    @Test("Times near zero are reckoned from now (§4.5.3)")
    func relativeTime() throws {
        let records = try Self.pack(#"[{"n":"a","v":1},{"n":"b","v":2,"t":-60}]"#).resolved(now: 1_800_000_000)
        #expect(records.map(\.time) == [1_799_999_940, 1_800_000_000])
        #expect(records.map(\.name) == ["b", "a"])
    }

    @Test(
        "What is refused",
        arguments: [
            "{}", "[1]", "[{\"n\":1}]", "[{\"v\":\"x\"}]", "[{\"vb\":1}]", "[{\"vd\":\"=\"}]",
            "[{\"n\":\"a\",\"v\":1,\"vs\":\"b\"}]",
            "[{\"n\":\"a\",\"v\":1,\"new_\":1}]", "[{\"t\":\"now\"}]", "[", "[{\"bver\":1.5}]",
            "[{\"bver\":11,\"n\":\"a\",\"v\":1}]", "[{\"bver\":0}]", "[{\"bver\":-1}]", "[{\"bver\":1e300}]",
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

    @Test("Readings of one time stay as they stand (§4.6)")
    func stability() throws {
        let pack = SenMLPack(
            (0..<200).map { SenMLRecord(name: "n\($0)", value: .number(1), time: 2e9 - Double($0 / 50)) })
        let names = try pack.resolved(now: 0).compactMap(\.name)
        #expect(names == [150..<200, 100..<150, 50..<100, 0..<50].flatMap { $0.map { "n\($0)" } })
    }

    @Test(
        "A version that is unknown or changes is refused (§4.4)",
        arguments: [[0], [11], [nil, 5], [5, 10], [5, nil, 6]])
    func versions(versions: [Int?]) throws {
        let pack = SenMLPack(versions.map { SenMLRecord(baseVersion: $0, name: "a", value: .number(1)) })
        let error = #expect(throws: ResponseError.self) { try pack.resolved(now: 0) }
        #expect(error?.diagnostic?.contains("record \(versions.count - 1)") == true)
        #expect(error?.diagnostic?.contains("version") == true)
    }

    @Test("One version throughout is taken, and 10 need not be named")
    func sameVersion() throws {
        for versions in [[nil, 10], [10, nil], [5, nil, 5]] as [[Int?]] {
            let pack = SenMLPack(versions.map { SenMLRecord(baseVersion: $0, name: "a", value: .number(1)) })
            let expected = versions[0] == 5 ? 5 : nil
            #expect(try pack.resolved(now: 0).map(\.baseVersion) == versions.map { _ in expected })
        }
    }

    @Test(
        "What is not finite is neither written nor resolved",
        arguments: [
            SenMLRecord(name: "a", value: .number(.nan)), SenMLRecord(name: "a", value: .number(.infinity)),
            SenMLRecord(baseTime: .nan), SenMLRecord(baseValue: -.infinity), SenMLRecord(baseSum: .nan),
            SenMLRecord(name: "a", sum: .nan), SenMLRecord(name: "a", value: .bool(true), time: .infinity),
            SenMLRecord(name: "a", value: .bool(true), updateTime: .nan),
        ])
    func notFinite(record: SenMLRecord) throws {
        let pack = SenMLPack([SenMLRecord(name: "ok", value: .number(1)), record])
        let error = #expect(throws: CoAPError.self) { try pack.encoded(as: .senMLJSON) }
        #expect(error?.code == .invalidArgument && error?.message.contains("record 1") == true)
        let refused = #expect(throws: ResponseError.self) { try pack.resolved(now: 0) }
        #expect(refused?.diagnostic?.contains("record 1") == true)
    }

    @Test("Numbers that become too large are refused", arguments: ["bv", "bs", "bt"])
    func overflow(label: String) throws {
        let own = ["bv": "v", "bs": "s", "bt": "t"][label] ?? ""
        let text = "[{\"n\":\"a\",\"\(label)\":1.7e308,\"\(own)\":1.7e308\(own == "t" ? ",\"v\":1" : "")}]"
        let error = #expect(throws: ResponseError.self) { try Self.pack(text).resolved(now: 0) }
        #expect(error?.diagnostic?.contains("too large") == true)
    }

    @Test("Another format is neither written nor read", arguments: [ContentFormat.cbor, .json, .text])
    func formats(format: ContentFormat) throws {
        let written = #expect(throws: CoAPError.self) { try SenMLPack([]).encoded(as: format) }
        #expect(written?.code == .invalidArgument)
        let read = #expect(throws: ResponseError.self) { try SenMLPack(decoding: Array("[]".utf8), as: format) }
        #expect(read?.code == .unsupportedContentFormat)
    }

    @Test("A record is made with all its fields")
    func allFields() throws {
        let record = SenMLRecord(
            baseName: "b", baseTime: 1, baseUnit: .metre, baseValue: 2, baseSum: 3, baseVersion: 9, name: "n",
            unit: .kilogram, value: .number(4), sum: 5, time: 6, updateTime: 7)
        let text = #"[{"bn":"b","bt":1,"bu":"m","bv":2,"bs":3,"bver":9,"n":"n","u":"kg","v":4,"s":5,"t":6,"ut":7}]"#
        #expect(try String(decoding: SenMLPack([record]).encoded(as: .senMLJSON), as: UTF8.self) == text)
        #expect(try Self.pack(text).records == [record])
    }
}
