// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("What the server's log says of a failed handshake")
struct ServerHandshakeFailureTests {
    private func alert(_ number: UInt8, sent: Bool = true) -> DTLSAlert {
        DTLSAlert(wasSent: sent, description: number)
    }

    @Test(
        "The client's certificate",
        arguments: [
            (10, "client_certificate_expired"), (9, "client_certificate_not_yet_valid"),
            (18, "client_certificate_untrusted"), (20, "client_certificate_untrusted"),
            (23, "client_certificate_revoked"), (26, "client_certificate_purpose"), (3, "client_certificate_refused"),
            (7, "client_certificate_refused"),
        ])
    func certificate(verification: Int, result: String) {
        let failure = ServerHandshakeFailure(
            alert: alert(42), stage: .init(point: .certificate, verification: verification))
        #expect(failure.verdict.result == result)
        #expect(failure.text.contains("client's certificate"))
    }

    @Test("What this server refuses, by where the handshake was")
    func refusals() {
        func result(_ number: UInt8, _ point: ServerHandshakeStage.Point) -> String {
            ServerHandshakeFailure(alert: alert(number), stage: .init(point: point)).verdict.result
        }
        #expect(result(40, .hello) == "no_shared_cipher")
        #expect(result(40, .certificate) == "client_certificate_missing")
        #expect(result(115, .finishing) == "unknown_psk_identity")
        #expect(result(70, .hello) == "protocol_version")
        #expect(result(199, .hello) == "other")
    }

    @Test("Silence, by where the handshake was and whether an identity was named")
    func silence() {
        var failure = ServerHandshakeFailure(stage: .init(point: .finishing))
        #expect(failure.verdict.result == "timeout")
        failure.identity = Array("me\u{1B}".utf8)
        #expect(failure.verdict.result == "wrong_key")
        #expect(failure.text.contains("'me\\x1b'"))
        failure.stage = .init(point: .waiting)
        #expect(failure.verdict.result == "timeout" && failure.text.contains("first answer"))
        #expect(ServerHandshakeFailure().verdict.result == "timeout")
        #expect(ServerHandshakeFailure(wasPlainCoAP: true).verdict.result == "plain_coap")
    }

    @Test("What the client refuses has the alert's name, whatever number it makes up")
    func refusedThere() {
        for number in UInt8.min...UInt8.max {
            let failure = ServerHandshakeFailure(alert: alert(number, sent: false))
            #expect(failure.verdict.result == alert(number).metricName)
            #expect(!failure.text.contains(" --"))
        }
    }

    @Test("One line a minute for each address, sixty in all, and a summary of the rest")
    func limit() {
        var log = HandshakeLog()
        let start = MonotonicTime(nanoseconds: 1_000_000_000_000)
        #expect(log.admit([1], at: start) == 0)
        for _ in 0..<5 { #expect(log.admit([1], at: start + .seconds(59)) == nil) }
        #expect(log.admit([1], at: start + .seconds(60)) == 5)
        // A new minute has begun.
        for number in UInt8(2)...60 { #expect(log.admit([number], at: start + .seconds(61)) == 0) }
        for number in UInt8(61)...200 { #expect(log.admit([number], at: start + .seconds(62)) == nil) }
        #expect(log.summary(at: start + .seconds(119)) == nil)
        #expect(log.summary(at: start + .seconds(120)) == 140)
        #expect(log.summary(at: start + .seconds(121)) == nil)
        #expect(log.admit([61], at: start + .seconds(121)) == 0)
    }
}
