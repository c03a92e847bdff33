// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("What a failed handshake is said to mean")
struct HandshakeFailureTests {
    private static func failure(key: Bool = false) -> HandshakeFailure {
        var failure = HandshakeFailure(server: "coaps://example.org", host: "example.org")
        failure.keyIdentity = key ? Array("me".utf8) : nil
        return failure
    }

    @Test(
        "The server's certificate",
        arguments: [
            (62, "is not for 'example.org'"), (64, "is not for 'example.org'"), (10, "has expired"),
            (9, "not valid yet"), (20, "does not send the certificates between"), (18, "not trusted here"),
            (19, "not trusted here"),
            (23, "was revoked"), (26, "not acceptable: unsuitable purpose"),
        ])
    func verification(result: Int, words: String) {
        var failure = Self.failure()
        failure.verification = result
        failure.verificationText = "unsuitable purpose"
        failure.alert = DTLSAlert(wasSent: true, description: 42)
        #expect(failure.error.code == .handshakeFailed)
        #expect(failure.error.message.contains(words))
    }

    @Test("The names a certificate has are told when it is for another host")
    func names() throws {
        var failure = Self.failure()
        failure.verification = 62
        failure.certificate = CertificateIdentity(
            subject: "CN=device", commonName: "device",
            alternativeNames: [.dns("elsewhere.example"), .ip([127, 0, 0, 1]), .uri("urn:x")], fingerprint: [])
        #expect(failure.error.message.contains("but for elsewhere.example, 127.0.0.1: "))
    }

    @Test(
        "Alerts of the server",
        arguments: [
            (115, true, "does not know the identity 'me'"), (51, true, "the key is wrong"),
            (20, true, "the key is wrong"),
            (80, true, "check it"), (40, true, "no pre-shared keys"), (40, false, "demands a certificate"),
            (48, false, "does not trust the authority"), (45, false, "has expired"), (44, false, "was revoked"),
            (46, false, "does not accept this side's certificate"), (49, false, "denies access"),
            (70, false, "does not speak DTLS 1.2"), (199, false, "alert 199"),
        ])
    func alerts(description: Int, key: Bool, words: String) {
        var failure = Self.failure(key: key)
        failure.alert = DTLSAlert(wasSent: false, description: UInt8(description))
        #expect(failure.error.code == .handshakeFailed)
        #expect(failure.error.message.contains(words), "\(failure.error.message)")
    }

    @Test("Silence, by how far the handshake came")
    func silence() {
        var failure = Self.failure(key: true)
        failure.waited = .milliseconds(2500)
        #expect(failure.error.code == .timeout)
        #expect(failure.error.message.contains("no answer from coaps://example.org within 2.5 s"))
        failure.progress = .finishing
        #expect(failure.error.code == .handshakeFailed)
        #expect(failure.error.message.contains("check the pre-shared key of identity 'me'"))
        failure.progress = .answered
        #expect(failure.error.code == .handshakeFailed)
        #expect(failure.error.message.contains("stopped half-way"))
    }

    @Test("An identity from outside cannot drive the terminal")
    func escapes() {
        var failure = Self.failure()
        failure.keyIdentity = Array("\u{1B}[2Jme".utf8)
        failure.alert = DTLSAlert(wasSent: false, description: 115)
        #expect(!failure.error.message.contains("\u{1B}"))
        #expect(failure.error.message.contains("\\x1b[2Jme"))
    }

    @Test("An authority's expiry is not taken for the server's")
    func expiredAuthority() {
        var failure = Self.failure()
        failure.verification = 10
        failure.verificationDepth = 1
        failure.certificate = CertificateIdentity(
            subject: "CN=root", commonName: "root", alternativeNames: [], fingerprint: [])
        #expect(failure.error.message.contains("an authority above the server's ('root') has expired"))
    }

    @Test("A farewell in the handshake names the key like silence does")
    func farewell() {
        var failure = Self.failure(key: true)
        failure.alert = DTLSAlert(wasSent: false, description: 0)
        failure.progress = .finishing
        #expect(failure.isKnown)
        #expect(failure.error.code == .handshakeFailed)
        #expect(failure.error.message.contains("gave up after the last step"))
        #expect(failure.error.message.contains("check the pre-shared key of identity 'me'"))
    }

    @Test("No message names an option of a tool")
    func noToolOptions() {
        for verification in 1...70 {
            var failure = Self.failure()
            failure.verification = verification
            #expect(!failure.error.message.contains(" --"))
        }
    }
}
