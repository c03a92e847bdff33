// SPDX-License-Identifier: Apache-2.0

import CoAP
import Conformance
import Testing

@Suite("Servers that nobody hears of any more")
struct SilenceTests {
    @Test("One that dies on the way: what was found stays, the rest was not tried", .timeLimit(.minutes(10)))
    func death() async throws {
        // The first one asks whether anybody is there, the others belong to CORE_01 to 04.
        let server = try RuleBreaker { message, number in number < 3 ? [message.answer().bytes] : [] }
        let uri = CoAPURI(scheme: .coap, host: "127.0.0.1", port: server.address.port)
        let runner = SuiteRunner(ServerUnderTest(uri: uri, address: server.address, security: .plain), patience: 1)
        let heard = Locked(0)
        let outcome = try await runner.outcome(of: TestSuite.matching(["CORE_01", "CORE_02", "CORE_03", "CORE_04"])) {
            _ in
            heard.withLock { $0 += 1 }
        }
        withExtendedLifetime(server) {}
        #expect(outcome.fellSilent)
        #expect(outcome.results.map(\.id.last) == ["1", "2", "3", "4"])
        #expect(outcome.results.first?.verdict == .pass)
        #expect(outcome.results.dropFirst(2).allSatisfy { $0.verdict == .notTried })
        #expect(heard.withLock { $0 } == 4)
    }

    @Test("One that answers to the end")
    func alive() async throws {
        let server = try RuleBreaker { message, _ in [message.answer().bytes] }
        let uri = CoAPURI(scheme: .coap, host: "127.0.0.1", port: server.address.port)
        let runner = SuiteRunner(ServerUnderTest(uri: uri, address: server.address, security: .plain), patience: 1)
        #expect(try await runner.outcome(of: TestSuite.matching(["CORE_01"])).fellSilent == false)
        withExtendedLifetime(server) {}
    }

    @Test("Nobody at the secure port", arguments: [CoAPURI.Scheme.coap, .coaps])
    func closedSecurePort(scheme: CoAPURI.Scheme) async throws {
        let server = try RuleBreaker { _, _ in [] }
        let port = server.address.port
        let uri = CoAPURI(scheme: scheme, host: "127.0.0.1", port: scheme == .coaps ? port : 9)
        let runner = SuiteRunner(
            ServerUnderTest(uri: uri, address: server.address, security: .plain, secure: server.address))
        let error = await #expect(throws: CoAPError.self) { try await runner.run(TestSuite.matching(["DTLS_0*"])) }
        #expect(error?.code == .timeout)
        let place = scheme == .coap ? "--secure-port \(port)" : uri.authority
        #expect(error?.description.contains("nobody answers at \(place)") == true, "\(String(describing: error))")
        withExtendedLifetime(server) {}
    }

    @Test("Nobody at the secure port decides nothing about wrong keys")
    func closedAmongOthers() async throws {
        let server = try RuleBreaker { message, _ in [message.answer().bytes] }
        let silent = try RuleBreaker { _, _ in [] }
        let uri = CoAPURI(scheme: .coap, host: "127.0.0.1", port: server.address.port)
        let runner = SuiteRunner(
            ServerUnderTest(uri: uri, address: server.address, security: .plain, secure: silent.address))
        let results = try await runner.run(TestSuite.matching(["CORE_01", "DTLS_02"]))
        #expect(results.first?.verdict == .pass)
        #expect(results.last?.verdict == .inconclusive("nobody answers at the secure port"))
        withExtendedLifetime((server, silent)) {}
    }
}
