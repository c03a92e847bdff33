// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

/// Peers our server must not let in, made by other people: each is refused, and the next good one is served.
@Suite("Clients our server refuses", .needs(.coapClientOpenSSL, .coapClientGnuTLS, .openssl))
struct RefusedClientTests {
    static let peers = [Peer.coapClientOpenSSL, .coapClientGnuTLS]

    /// Has a client with these credentials ask, expects that it gets nothing, and that a good one does afterwards.
    private func expectRefusal(
        _ peer: Peer, _ credentials: [String], says text: String?, wait seconds: Int = 20,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let handled = Locked(0)
        try await TestServer.with(try await TestServer.security(), router: TestServer.router(counter: handled)) { uri in
            let client = LibcoapClient(peer: peer, mode: .key)
            let answer = try await client.request(
                "put", "\(uri)/counter", credentials: credentials, ["-e", "x"], wait: seconds)
            #expect(answer.response == nil, "\(answer)", sourceLocation: sourceLocation)
            if let text { #expect(answer.result.transcript.contains(text), sourceLocation: sourceLocation) }
            let good = try await client.request("put", "\(uri)/counter", ["-e", "x"])
            #expect(good.text == "1", "\(good)", sourceLocation: sourceLocation)
        }
    }

    @Test("Wrong key", arguments: peers)
    func wrongKey(peer: Peer) async throws {
        // The server keeps silent, so the client waits for as long as it was told.
        try await expectRefusal(peer, ["-u", TestKey.identity, "-k", TestKey.wrong], says: nil, wait: 3)
    }

    @Test("Unknown identity", arguments: peers)
    func unknownIdentity(peer: Peer) async throws {
        try await expectRefusal(
            peer, ["-u", "stranger", "-k", TestKey.key],
            says: peer == .coapClientOpenSSL ? "unknown psk identity" : "Alert '115'")
    }

    @Test("Certificate of a foreign authority", arguments: peers)
    func foreignAuthority(peer: Peer) async throws {
        try await expectRefusal(
            peer, try await TestCertificates.shared.arguments(.rogue),
            says: peer == .coapClientOpenSSL ? "unknown ca" : "Alert '4")
    }

    @Test("No certificate", arguments: peers)
    func noCertificate(peer: Peer) async throws {
        let authority = try await TestCertificates.shared.certificate(.authority)
        try await expectRefusal(
            peer, ["-C", authority], says: peer == .coapClientOpenSSL ? "handshake failure" : "Alert '40'")
    }

    @Test("Expired certificate", arguments: peers)
    func expiredCertificate(peer: Peer) async throws {
        try await expectRefusal(
            peer, try await TestCertificates.shared.arguments(.expiredDevice),
            says: peer == .coapClientOpenSSL ? "certificate expired" : "Alert '45'")
    }

    @Test("A server's certificate used as a client's", arguments: peers)
    func wrongPurpose(peer: Peer) async throws {
        try await expectRefusal(
            peer, try await TestCertificates.shared.arguments(.elsewhere),
            says: peer == .coapClientOpenSSL ? "unsupported certificate" : "Alert '4")
    }

    @Test("Plain CoAP to the secure port", .needs(.coapClientNoTLS))
    func plainToSecure() async throws {
        try await TestServer.with(try await TestServer.security()) { uri in
            let port = try CoAPURI(uri).port
            let plain = LibcoapClient(peer: .coapClientNoTLS, mode: .plain)
            let answer = try await plain.request("get", "coap://127.0.0.1:\(port)/hello", wait: 3)
            #expect(answer.response == nil, "\(answer)")
            let good = try await LibcoapClient(peer: .coapClientOpenSSL, mode: .key).request("get", "\(uri)/hello")
            #expect(good.code == "2.05", "\(good)")
        }
    }
}
