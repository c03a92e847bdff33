// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import MetricsTestKit
import Testing

@Suite("A full table of sessions", .timeLimit(.minutes(10)))
struct SessionShareTests {
    @Test("An identity that opens many loses its own, and others keep theirs, though they were heard longer ago")
    func greedy() async throws {
        var configuration = ServerConfiguration()
        configuration.maximumSecureSessions = 4
        try await CountedServer.run(configuration) { uri, metrics in
            let port = uri.port
            try await blocking {
                let modest = try DTLSPeer(to: port, security: try CountedServer.security(1))
                #expect(try modest.connect())
                let greedy = try (0..<20).map { number in
                    let address: [UInt8] = [127, 0, 1, UInt8(number)]
                    return try DTLSPeer(at: address, to: port, security: try CountedServer.security(2))
                }
                for peer in greedy { #expect(try peer.connect()) }
                #expect(try modest.get("ok") == .content)
                #expect(try greedy[19].get("ok") == .content)
                #expect(try greedy[0].get("ok") == nil)
                // A third identity finds room, too.
                let late = try DTLSPeer(to: port, security: try CountedServer.security(3))
                #expect(try late.connect())
                #expect(try late.get("ok") == .content)
                #expect(try modest.get("ok") == .content)
            }
            #expect(metrics.count("coap.server.evictions") == 18)
            let active = try metrics.expectMeter("coap.server.active_sessions")
            #expect(active.values.last == 4)
        }
    }

    @Test("Datagrams that DTLS does not let through keep no session from making room")
    func undecryptable() async throws {
        var configuration = ServerConfiguration()
        configuration.maximumSecureSessions = 2
        try await CountedServer.run(configuration) { uri, metrics in
            let port = uri.port
            try await blocking {
                let first = try DTLSPeer(to: port, security: try CountedServer.security(1))
                let second = try DTLSPeer(to: port, security: try CountedServer.security(2))
                for peer in [first, second] { #expect(try peer.connect()) }
                #expect(try second.get("ok") == .content)
                let record: [UInt8] =
                    [23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 99, 0, 24] + [UInt8](repeating: 7, count: 24)
                for _ in 0..<50 { first.send(record) }
                let third = try DTLSPeer(to: port, security: try CountedServer.security(3))
                #expect(try third.connect())
                #expect(try third.get("ok") == .content)
                #expect(try second.get("ok") == .content)
                #expect(try first.get("ok") == nil)
            }
            #expect(metrics.count("coap.server.evictions") == 1)
        }
    }
}
