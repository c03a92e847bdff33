// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@Suite(
    "Our client observes libcoap's servers", .needs(.coapServerOpenSSL, .coapServerGnuTLS, .coapServerNoTLS, .openssl))
struct ObservedServerTests {
    @Test("The time, as it passes", arguments: LibcoapServerTests.Server.all)
    func time(server: LibcoapServerTests.Server) async throws {
        try await server.withSession { session in
            try await session.observe("time") { states in
                var sequences: [UInt32] = []
                for try await state in states {
                    guard case .value(let notification) = state else { continue }
                    #expect(notification.response.code == .content && !notification.response.payload.isEmpty)
                    sequences.append(try #require(notification.sequence))
                    if sequences.count == 3 { break }
                }
                #expect(sequences == sequences.sorted())
            }
            // The session goes on behind it.
            let root = try await session.get("")
            #expect(root.code == .content)
        }
    }
}
