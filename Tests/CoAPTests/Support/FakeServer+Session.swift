// SPDX-License-Identifier: Apache-2.0

import CoAP

extension FakeServer {
    /// Runs a test with a plain session to this server.
    func withSession<Result>(
        _ change: (inout ClientConfiguration) -> Void = { _ in }, _ body: (ClientSession) async throws -> Result
    ) async throws -> Result {
        var configuration = ClientConfiguration.patient
        change(&configuration)
        return try await CoAPClient.withSession(to: plain, security: .plain, configuration: configuration, body)
    }
}
