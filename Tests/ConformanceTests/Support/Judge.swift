// SPDX-License-Identifier: Apache-2.0

import CoAP
import Conformance
import Testing

/// Runs single cases.
enum Judge {
    /// The result of one case against a server that answers so.
    static func result(
        _ name: String, push: @escaping RuleBreaker.Push = { _, _ in [] }, _ answer: @escaping RuleBreaker.Answer
    ) async throws -> CaseResult {
        let server = try RuleBreaker(answer: answer, push: push)
        let uri = CoAPURI(scheme: .coap, host: "127.0.0.1", port: server.address.port)
        let runner = SuiteRunner(ServerUnderTest(uri: uri, address: server.address, security: .plain))
        let results = try await runner.run(TestSuite.matching([name]))
        withExtendedLifetime(server) {}
        return try #require(results.first)
    }

    /// The reason of a failure; fails the test when there is none.
    static func failure(
        _ name: String, push: @escaping RuleBreaker.Push = { _, _ in [] }, _ answer: @escaping RuleBreaker.Answer
    ) async throws -> String {
        let result = try await result(name, push: push, answer)
        guard case .fail(let reason) = result.verdict else {
            Issue.record("\(result.verdict): \(result.wire.joined(separator: "\n"))")
            return ""
        }
        return reason
    }
}
