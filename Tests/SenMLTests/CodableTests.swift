// SPDX-License-Identifier: Apache-2.0

import CoAPCore
import Foundation
import SenML
import Testing

@Suite("SenML as Codable")
struct CodableTests {
    private static let text =
        #"[{"bn":"urn:dev:x:","bt":1276020076,"bu":"A","bver":10,"n":"v","u":"V","v":120.1,"ut":5},"#
        + #"{"n":"s","vs":"é"},{"n":"b","vb":false},{"n":"d","vd":"aGk"},{"n":"sum","s":12,"t":-5,"bs":1,"bv":2}]"#

    @Test("Foundation's decoder and the library's own read the same")
    func decoding() throws {
        let own = try SenMLPack(decoding: Array(Self.text.utf8), as: .senMLJSON)
        #expect(try JSONDecoder().decode(SenMLPack.self, from: Data(Self.text.utf8)) == own)
        #expect(try JSONDecoder().decode([SenMLRecord].self, from: Data(Self.text.utf8)) == own.records)
    }

    @Test("What Foundation's encoder writes, the library reads")
    func encoding() throws {
        let pack = try SenMLPack(decoding: Array(Self.text.utf8), as: .senMLJSON)
        let written = try JSONEncoder().encode(pack)
        #expect(try SenMLPack(decoding: Array(written), as: .senMLJSON) == pack)
        #expect(try JSONDecoder().decode(SenMLPack.self, from: written) == pack)
    }

    @Test("A program's own values hold readings")
    func own() throws {
        struct Report: Codable, Equatable {
            var station: String
            var readings: SenMLPack
        }
        let report = Report(
            station: "roof", readings: SenMLPack([SenMLRecord(name: "t", unit: .celsius, value: .number(21.5))]))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let written = try encoder.encode(report)
        #expect(
            String(decoding: written, as: UTF8.self)
                == #"{"readings":[{"n":"t","u":"Cel","v":21.5}],"station":"roof"}"#)
        #expect(try JSONDecoder().decode(Report.self, from: written) == report)
    }

    @Test(
        "What is refused",
        arguments: [
            #"{}"#, #"[1]"#, #"[{"n":1}]"#, #"[{"v":"x"}]"#, #"[{"v":null}]"#, #"[{"vd":"="}]"#,
            #"[{"v":1,"vb":true}]"#,
            #"[{"new_":1}]"#, #"[{"bver":11}]"#, #"[{"bver":1.5}]"#,
        ])
    func refused(text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(SenMLPack.self, from: Data(text.utf8)) }
    }

    @Test("Unknown labels are passed over, and what is not finite is not written")
    func others() throws {
        let read = try JSONDecoder().decode(SenMLRecord.self, from: Data(#"{"v":1,"future":[1]}"#.utf8))
        #expect(read == SenMLRecord(value: .number(1)))
        #expect(throws: EncodingError.self) { try JSONEncoder().encode(SenMLRecord(value: .number(.nan))) }
    }

    @Test("More records than are read are refused")
    func tooMany() {
        let text = "[" + Array(repeating: "{}", count: SenMLPack.maximumRecords + 1).joined(separator: ",") + "]"
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(SenMLPack.self, from: Data(text.utf8)) }
    }
}
