// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@Suite(
    "Our client observes libcoap's servers", .needs(.coapServerOpenSSL, .coapServerGnuTLS, .coapServerNoTLS, .openssl))
struct ObservedServerTests {
    @Test(
        "The time, as it passes; at the end the server is told to forget it", arguments: LibcoapServerTests.Server.all)
    func time(server: LibcoapServerTests.Server) async throws {
        // Time enough for the farewell on a busy machine.
        var configuration = ObservationConfiguration()
        configuration.deregistrationTimeout = .seconds(60)
        let patient = configuration
        try await server.withProcess { session, process in
            try await session.observe("time", configuration: patient) { states in
                var sequences: [UInt32] = []
                for try await state in states {
                    guard case .value(let notification) = state else { continue }
                    #expect(notification.response.code == .content && !notification.response.payload.isEmpty)
                    sequences.append(try #require(notification.sequence))
                    if sequences.count == 3 { break }
                }
                #expect(sequences == sequences.sorted())
            }
            try await process.line("the farewell") { $0.contains(" c:GET ") && $0.contains("Observe:1,") }
            // The session goes on behind it.
            let root = try await session.get("")
            #expect(root.code == .content)
        }
    }
}
