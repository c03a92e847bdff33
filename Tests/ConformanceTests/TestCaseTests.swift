// SPDX-License-Identifier: Apache-2.0

import CoAP
import Conformance
import Testing

@Suite("The list of cases")
struct TestCaseTests {
    @Test("Every case of the specification is there once")
    func all() {
        let core = ((1...23).map { $0 } + [31]).map { "CORE_\($0 < 10 ? "0" : "")\($0)" }
        let obs = [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14].map { "OBS_\($0 < 10 ? "0" : "")\($0)" }
        let wanted =
            core + (1...6).map { "BLOCK_0\($0)" } + (1...9).map { "LINK_0\($0)" } + obs + (1...7).map { "DTLS_0\($0)" }
        #expect(TestSuite.all.map(\.id) == wanted.map { "TD_COAP_" + $0 })
    }

    @Test("Patterns name cases, with and without what all names begin with")
    func patterns() {
        #expect(TestSuite.matching(["CORE*"]).count == 24)
        #expect(TestSuite.matching(["td_coap_link_0*", "OBS_01"]).count == 10)
        #expect(TestSuite.matching(["*_01"]).map(\.id).count == 5)
        #expect(TestSuite.matching(["CORE"]).isEmpty)
    }

    @Test("A pattern without a case is named, even beside one that has some")
    func unknownPattern() throws {
        #expect(try TestSuite.selection([]).count == TestSuite.all.count)
        #expect(try TestSuite.selection(["CORE_0*", "OBS_01"]).count == 10)
        let unknown = #expect(throws: CoAPError.self) { try TestSuite.selection(["CORE_01", "CORE_99"]) }
        #expect(unknown?.code == .invalidArgument)
        #expect(unknown?.description.contains("no case is called 'CORE_99'") == true)
    }

    @Test("A server behind --tests is no pattern")
    func swallowedServer() {
        let error = #expect(throws: CoAPError.self) { try TestSuite.selection(["CORE_01", "coap://localhost"]) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.description.contains("put the server before --tests") == true)
    }

    @Test("A server has no path and no query", arguments: ["coap://[::1]/test", "coap://[::1]?a=1", "coap://[::1]/?a"])
    func path(uri: String) {
        let error = #expect(throws: CoAPError.self) { try ServerUnderTest.uri(of: try CoAPURI(uri)) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.description.contains("write coap://[::1]") == true)
    }

    @Test("A slash behind the server is no path", arguments: ["coaps://[::1]:7000", "coaps://[::1]:7000/"])
    func slash(uri: String) throws {
        #expect(try ServerUnderTest.uri(of: try CoAPURI(uri)).description == "coaps://[::1]:7000")
    }
}
