// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@Suite("Hellos without a cookie cost the server nothing (RFC 6347 §4.2.1)", .timeLimit(.minutes(10)))
struct HelloFloodTests {
    @Test("Twenty thousand from forged addresses keep nobody out while they come")
    func flood() async throws {
        var configuration = ServerConfiguration()
        // Each would take one of these places, were it remembered.
        configuration.maximumHandshakes = 8
        configuration.handshakeTimeout = .seconds(600)
        try await CountedServer.run(configuration) { uri, metrics in
            let flood = HelloFlood()
            let port = uri.port
            async let flooding: Void = blocking { try flood.run(to: port, count: 20_000) }
            var honest = 0
            var during = 0
            while flood.counts.sent < 20_000 {
                let answer = try await CoAPClient.withSession(
                    to: uri, security: try CountedServer.security(), configuration: Target.patient
                ) { try await $0.get("ok") }
                #expect(answer.text == "ok")
                honest += 1
                if flood.counts.sent < 20_000 { during += 1 }
            }
            try await flooding
            #expect(during >= 1)
            let counts = flood.counts
            #expect(counts.sent == 20_000)
            // On a host that stands still an answer may be late.
            #expect(counts.answered > 19_000)
            #expect(counts.longest == 60)
            #expect(HelloFlood.hello().count == 67)
            #expect(metrics.count("coap.dtls.hellos", "challenged") >= counts.answered + honest)
            #expect(metrics.count("coap.dtls.handshakes", "success") == honest)
        }
    }

    @Test("Records from where there is no session are dropped, whatever they are")
    func stray() async throws {
        try await CountedServer.run { uri, metrics in
            let port = uri.port
            let answer = try await blocking {
                let peer = try DTLSPeer(to: port, security: try CountedServer.security())
                // A Finished that begins like a hello, application data, an alert, plain CoAP.
                for start: [UInt8] in [
                    [22, 0xFE, 0xFD, 0, 1], [23, 0xFE, 0xFD, 0, 1], [21, 0xFE, 0xFD, 0, 0], [0x40, 1, 0, 0, 0],
                ] {
                    peer.send(start + [0, 0, 0, 0, 0, 1, 0, 24, 1] + [UInt8](repeating: 7, count: 23))
                }
                var fragment = HelloFlood.hello()
                fragment[24] -= 1
                peer.send(fragment)
                peer.send(HelloFlood.hello(cookie: [UInt8](repeating: 0, count: 32)))
                // The hello with a wrong cookie is the first to be answered, by a right one.
                return peer.receive()
            }
            #expect(answer?.count == 60)
            #expect(answer?[13] == 3)
            #expect(metrics.count("coap.server.drops", "stray") == 3)
            #expect(metrics.count("coap.dtls.hellos", "fragmented") == 1)
            #expect(metrics.count("coap.dtls.hellos", "challenged") == 1)
        }
    }
}
