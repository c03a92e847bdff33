// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("What a missing response is said to mean")
struct MissingResponseTests {
    private static func missing(plain: Bool = true) -> MissingResponse {
        MissingResponse(server: "coap://example.org", timeout: .seconds(2.5), isPlain: plain)
    }

    @Test("Never heard: host, port, firewall, and on plain CoAP whether DTLS is wanted")
    func neverHeard() {
        let plain = Self.missing().error
        #expect(plain.code == .timeout)
        #expect(plain.message.contains("no response from coap://example.org within 2.5 s: check host and port"))
        #expect(plain.message.contains("coaps://"))
        #expect(!Self.missing(plain: false).error.message.contains("coaps://"))
    }

    @Test("Not sent is said")
    func notSent() {
        var missing = Self.missing()
        missing.wasSent = false
        #expect(missing.error.message.contains("was not sent"))
        #expect(missing.error.message.contains("maximumOutstanding"))
        missing.hasSession = false
        #expect(missing.error.message.contains("no session with coap://example.org"))
        #expect(missing.error.message.contains("was not sent"))
    }

    @Test("Signs of life")
    func signs() {
        var missing = Self.missing()
        missing.wasEverHeard = true
        #expect(missing.error.message.contains("has fallen silent"))
        missing.wasHeardSince = true
        #expect(missing.error.message.contains("option that is not understood"))
        missing.isAcknowledged = true
        #expect(missing.error.message.contains("acknowledged the request and is slow"))
        missing.wasRefused = true
        #expect(missing.error.code == .unreachable)
        #expect(missing.error.message.contains("nobody listens at coap://example.org any more"))
    }
}
