// SPDX-License-Identifier: Apache-2.0

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
}
