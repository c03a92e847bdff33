// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials

/// TD_COAP_DTLS_01 to 03 with the plugtest's key, and 04 to 07 with certificates in place of raw public keys.
enum SecurityCases {
    private static let keySuite = "PSK-AES128-CCM8"
    private static let certificateSuite = "ECDHE-ECDSA-AES128-CCM8"

    static let all: [TestCase] = [
        TestCase("DTLS_01", "Pre-shared key", rfc: "RFC 7252 §9.1.3.1", track: "dtls-key") { run throws(CaseEnd) in
            let channel = try open(run, try key(), suites: [keySuite])
            try connect(channel)
            try expectSuite(channel, "TLS_PSK_WITH_AES_128_CCM_8", run)
            try expectSecure(run)
        },
        TestCase("DTLS_02", "Wrong pre-shared key", rfc: "RFC 4279 §2", track: "dtls-wrong") { run throws(CaseEnd) in
            let channel = try open(run, try key("wrong"), suites: [keySuite])
            switch channel.connect(within: .seconds(6)) {
            case .connected: throw .fail("a handshake with the wrong key succeeded")
            case .connecting:
                guard run.wasHeard else { throw .inconclusive("nobody answers at the secure port") }
                run.note("the server fell silent and sent no alert, as OpenSSL's servers do")
            case .failed(let reason):
                guard let alert = channel.dtls?.alerts.last(where: { !$0.isSent }) else {
                    throw .fail("the handshake ended without an alert of the server: \(reason)")
                }
                try run.expect(
                    [20, 40, 50, 51, 115].contains(alert.number),
                    "the alert is \(alert.name) (\(alert.number)), not decrypt_error (51)")
                if alert.number != 51 {
                    run.note("the alert is \(alert.name) (\(alert.number)) instead of decrypt_error")
                }
            }
        },
        TestCase("DTLS_03", "Pre-shared key, lossy", rfc: "RFC 6347 §4.2.4", track: "dtls-lossy") {
            run throws(CaseEnd) in
            try lossy(run, try key(), suites: [keySuite])
        },
        TestCase("DTLS_04", "Certificates", rfc: "RFC 7252 §9.1.3.3", track: "x509") { run throws(CaseEnd) in
            let channel = try open(run, try certificates(run), suites: [certificateSuite])
            try connect(channel)
            try expectSuite(channel, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", run)
            try expectSecure(run)
        },
        TestCase("DTLS_05", "Client refuses the server", rfc: "RFC 5246 §7.2.2", track: "x509", stage: 1) {
            run throws(CaseEnd) in
            guard case .certificate(let own, _) = try certificates(run) else { return }
            let foreign = try foreign().authority
            let channel = try open(run, .certificate(own, trust: foreign), suites: [certificateSuite])
            guard case .failed = channel.connect(within: .seconds(8)) else {
                throw .fail("a server whose certificate nobody vouches for was not refused")
            }
            let alert = channel.dtls?.alerts.first { $0.isSent && $0.isFatal }
            guard let alert else { throw .inconclusive("this side sent no alert: the handshake ended before that") }
            run.note("refused with the alert \(alert.name) (\(alert.number))")
        },
        TestCase("DTLS_06", "Server refuses the client", rfc: "RFC 5246 §7.4.6", track: "x509", stage: 2) {
            run throws(CaseEnd) in
            guard case .certificate(_, let trust) = try certificates(run) else { return }
            try expectRefusal(run, .certificate(nil, trust: trust), "without a certificate")
            try expectRefusal(run, .certificate(try foreign().client, trust: trust), "with a foreign certificate")
        },
        TestCase("DTLS_07", "Certificates, lossy", rfc: "RFC 6347 §4.2.4", track: "x509-lossy") {
            run throws(CaseEnd) in
            try lossy(run, try certificates(run), suites: [certificateSuite])
        },
    ]

    private static func key(_ text: String = "sesame") throws(CaseEnd) -> ClientSecurity {
        do throws(CoAPError) { return .preSharedKey(try ServerUnderTest.plugtestKey(text)) } catch {
            throw .inconclusive(error.description)
        }
    }

    private static func certificates(_ run: CaseRun) throws(CaseEnd) -> ClientSecurity {
        guard let certificates = run.server.certificates else {
            throw .skip("no certificates were given: give -c FILE -j FILE -C FILE")
        }
        guard case .certificate(_?, _) = certificates else {
            throw .skip("no certificate of this side was given: give -c FILE -j FILE too")
        }
        return certificates
    }

    /// An authority nobody knows, and a client of it.
    private static func foreign() throws(CaseEnd) -> (authority: TrustAnchors, client: CertificateCredential) {
        do throws(CoAPError) {
            let authority = try CertificateAuthority(named: "a foreign authority")
            let client = try authority.issue(
                .init(name: "a foreign client", role: .client, validFor: CertificateAuthority.Contents.day))
            return (
                try TrustAnchors(pem: try authority.certificatePEM()),
                try CertificateCredential(certificatePEM: client.certificatePEM, privateKeyPEM: client.keyPEM)
            )
        } catch {
            throw .inconclusive(error.description)
        }
    }

    private static func open(
        _ run: CaseRun, _ security: ClientSecurity, suites: [String]
    ) throws(CaseEnd) -> WireChannel {
        guard let secure = run.server.secure else {
            throw .skip("no secure port is known: give --secure-port PORT")
        }
        let channel = try WireChannel(
            to: secure, security, host: run.server.uri.host, suites: suites, log: run.log)
        run.use(channel)
        return channel
    }

    private static func connect(_ channel: WireChannel) throws(CaseEnd) {
        switch channel.connect() {
        case .connected: return
        case .connecting where channel.datagramsHeard == 0:
            throw .inconclusive("nobody answers at the secure port")
        case .connecting: throw .fail("the server does not finish the handshake within 20 s")
        case .failed(let reason):
            let alert = channel.dtls?.alerts.last { !$0.isSent }
            let verification = channel.dtls?.verificationFailure.map { ": \($0)" } ?? ""
            throw .fail(
                "the handshake failed: " + (alert.map { "the server's alert is \($0.name)" } ?? reason) + verification)
        }
    }

    private static func expectSuite(_ channel: WireChannel, _ suite: String, _ run: CaseRun) throws(CaseEnd) {
        let found = channel.dtls?.cipherSuite ?? "none"
        try run.expect(found == suite, "the cipher suite is \(found), not \(suite)")
    }

    private static func expectSecure(_ run: CaseRun) throws(CaseEnd) {
        try run.expectContent(try run.exchange(run.request(.get, "secure")).response)
    }

    /// A handshake is refused by an alert, at once or with the first message.
    private static func expectRefusal(_ run: CaseRun, _ security: ClientSecurity, _ how: String) throws(CaseEnd) {
        let channel = try open(run, security, suites: [certificateSuite])
        switch channel.connect(within: .seconds(8)) {
        case .connected: throw .fail("the server takes a client \(how)")
        case .connecting where channel.datagramsHeard == 0:
            throw .inconclusive("nobody answers at the secure port")
        case .connecting: throw .fail("the server says nothing to a client \(how), not even an alert")
        case .failed(let reason):
            guard let alert = channel.dtls?.alerts.last(where: { !$0.isSent }) else {
                throw .fail("no alert of the server to a client \(how): \(reason)")
            }
            run.note("a client \(how) is refused with \(alert.name) (\(alert.number))")
        }
    }

    /// A handshake for each flight, in which the flight's first datagram is lost.
    private static func lossy(_ run: CaseRun, _ security: ClientSecurity, suites: [String]) throws(CaseEnd) {
        var seen: Set<HandshakeFlight> = []
        var lost: Set<HandshakeFlight> = []
        var repetitions = 0
        for flight in HandshakeFlight.allCases {
            let channel = try open(run, security, suites: suites)
            channel.losing = flight
            guard channel.connect(within: .seconds(40)) == .connected else {
                throw .fail("no handshake within 40 s when the first datagram of flight \(flight.rawValue) is lost")
            }
            seen.formUnion(channel.flights)
            repetitions += channel.handshakeRepetitions
            try expectSecure(run)
            guard channel.lostFlight == flight else { continue }
            lost.insert(flight)
            guard channel.isLostFlightRepeated else {
                throw .inconclusive("flight \(flight.rawValue) was lost, and no repetition of it was seen")
            }
        }
        guard !lost.isEmpty, lost == seen else {
            let missing = seen.subtracting(lost).map { "\($0.rawValue)" }.sorted().joined(separator: ", ")
            throw .inconclusive(lost.isEmpty ? "nothing was lost" : "flight \(missing) was not lost")
        }
        run.note(
            "each of \(lost.count) flights was lost once and came again; \(repetitions) timers of this side ran out")
    }
}
