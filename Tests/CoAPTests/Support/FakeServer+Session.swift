// SPDX-License-Identifier: Apache-2.0

import CoAP

extension FakeServer {
    /// Runs a test with a plain session to this server; a request lasts at most half a minute, unless the test says otherwise.
    func withSession<Result>(
        _ change: (inout ClientConfiguration) -> Void = { _ in }, _ body: (ClientSession) async throws -> Result
    ) async throws -> Result {
        var configuration = ClientConfiguration()
        configuration.requestTimeout = .seconds(30)
        change(&configuration)
        return try await CoAPClient.withSession(to: plain, security: .plain, configuration: configuration, body)
    }
}
