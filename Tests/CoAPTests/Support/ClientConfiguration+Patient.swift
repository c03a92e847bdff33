// SPDX-License-Identifier: Apache-2.0

import CoAP

extension ClientConfiguration {
    /// For tests that are about something else: where everything is slow, as under a sanitizer, nothing is late before these.
    static var patient: ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.handshakeTimeout = .seconds(90)
        configuration.requestTimeout = .seconds(120)
        return configuration
    }
}

extension CoAPClient {
    /// Opens a session with a patient configuration. Tests that name none get this, rather than the one of programs.
    static func withSession<Result>(
        to uri: CoAPURI, security: ClientSecurity, isolation: isolated (any Actor)? = #isolation,
        _ body: (ClientSession) async throws -> Result
    ) async throws -> Result {
        try await withSession(to: uri, security: security, configuration: .patient, body)
    }
}
