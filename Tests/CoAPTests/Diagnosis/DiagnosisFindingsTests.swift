// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("What a diagnosis concludes from what was seen")
struct DiagnosisFindingsTests {
    static let now: Int64 = 1_795_800_000

    private func subject(key: Bool) throws -> DiagnosisSubject {
        let uri = try CoAPURI("coaps://127.0.0.1")
        guard !key else {
            return DiagnosisSubject(
                uri: uri, security: try .preSharedKey(identity: "me", key: Secret("0123456789abcdef".utf8)))
        }
        // Whom this side trusts does not matter to what is concluded.
        return DiagnosisSubject(uri: uri, security: .plain)
    }

    private func seen() throws -> AddressObservation {
        var seen = AddressObservation(
            address: try SocketAddress(bytes: [127, 0, 0, 1], port: 5684), isSecure: true)
        seen.local = try SocketAddress(bytes: [127, 0, 0, 1], port: 4)
        seen.heardAfter = .milliseconds(3)
        seen.waited = .seconds(5)
        return seen
    }

    private func failure(_ alert: UInt8? = nil, key: Bool = true) -> HandshakeFailure {
        var failure = HandshakeFailure(server: "coaps://127.0.0.1", host: "127.0.0.1")
        failure.keyIdentity = key ? Array("me".utf8) : nil
        failure.alert = alert.map { DTLSAlert(wasSent: false, description: $0) }
        return failure
    }

    private func finding(_ seen: AddressObservation, key: Bool = true) throws -> Diagnosis.Finding? {
        AddressDiagnosis(seen, try subject(key: key), now: Self.now).finding
    }

    @Test("Nothing is wrong when the request was answered")
    func well() throws {
        var seen = try seen()
        seen.messages = [3, 2, 12, 14, 20]
        seen.cipherSuite = "TLS_PSK_WITH_AES_128_CCM_8"
        seen.answer = .init(code: .content, duration: .milliseconds(1))
        let diagnosis = AddressDiagnosis(seen, try subject(key: true), now: Self.now)
        #expect(diagnosis.finding == nil)
        #expect(diagnosis.steps.map(\.verdict) == [.ok, .ok, .ok, .ok, .skipped, .skipped, .ok, .ok])
        seen.answer = nil
        #expect(try finding(seen)?.finding.kind == .noResponse)
        seen.isEnded = true
        #expect(try finding(seen)?.finding.kind == .endedAtOnce && finding(seen)?.step == .key)
    }

    @Test("No way, no answer, nobody there, another language")
    func beforeTheHandshake() throws {
        var seen = try seen()
        seen.heardAfter = nil
        #expect(try finding(seen)?.finding.kind == .silence)
        seen.isRefused = true
        #expect(try finding(seen)?.finding.kind == .nobodyListens)
        seen.isRefused = false
        seen.stranger = .plainCoAP
        #expect(try finding(seen)?.step == .hello)
        seen.stranger = .dtls
        #expect(try finding(seen)?.finding.kind == .secureServer)
        seen.stranger = nil
        seen.local = nil
        seen.routeProblem = "Network is unreachable"
        #expect(try finding(seen)?.why.contains("Network is unreachable") == true)
        #expect(try finding(seen)?.step == .route)
    }

    @Test(
        "A wrong key is one, whichever alert tells it",
        arguments: [(20, true), (51, true), (40, true), (nil, true), (40, false)] as [(UInt8?, Bool)])
    func wrongKey(alert: UInt8?, isFinishing: Bool) throws {
        var seen = try seen()
        seen.messages = [3, 2, 14]
        var failure = failure(alert)
        failure.hasServerHello = true
        failure.progress = isFinishing ? .finishing : .answered
        seen.failure = failure
        #expect(try (finding(seen)?.finding.kind == .wrongKey) == isFinishing)
        guard isFinishing else { return }
        #expect(try finding(seen)?.why.contains("the identity is known but the key differs") == true)
    }

    @Test("A cipher that nobody shares is told from a certificate that is demanded")
    func handshakeFailure() throws {
        var seen = try seen()
        var failure = failure(40, key: false)
        failure.hasServerHello = false
        seen.failure = failure
        #expect(try finding(seen, key: false)?.finding.kind == .noSharedCipher)
        seen.olderAnswer = .suite("TLS_RSA_WITH_AES_128_CBC_SHA")
        #expect(try finding(seen, key: false)?.why.contains("it took TLS_RSA_WITH_AES_128_CBC_SHA") == true)
        seen.olderAnswer = .version
        #expect(try finding(seen, key: false)?.finding.kind == .oldVersion)
        seen.olderAnswer = nil
        failure.hasServerHello = true
        seen.messages = [2, 11, 13, 14]
        seen.failure = failure
        #expect(try finding(seen, key: false)?.finding.kind == .certificateDemanded)
        #expect(try finding(seen, key: false)?.step == .key)
    }

    @Test("Certificates that are early or late, and clocks that go wrong")
    func clocks() throws {
        func kind(notBefore: Int64, notAfter: Int64, verification: Int, at now: Int64) throws -> HandshakeFinding.Kind?
        {
            var seen = try seen()
            var failure = failure(key: false)
            failure.verification = verification
            seen.failure = failure
            seen.refusedDepth = 0
            seen.chain = [
                CertificateDetail(
                    identity: CertificateIdentity(
                        subject: "CN=x", commonName: "x", alternativeNames: [], fingerprint: []), issuer: "CN=y",
                    notBefore: notBefore, notAfter: notAfter)
            ]
            return AddressDiagnosis(seen, try subject(key: false), now: now).finding?.finding.kind
        }
        let (now, day) = (Self.now, Int64(86_400))
        #expect(try kind(notBefore: now + 10 * day, notAfter: now + 20 * day, verification: 9, at: now) == .notYetValid)
        #expect(try kind(notBefore: now + 3600, notAfter: now + 20 * day, verification: 9, at: now) == .clockSkew)
        #expect(try kind(notBefore: now - 20 * day, notAfter: now - day, verification: 10, at: now) == .expired)
        // A host without a battery for its clock.
        #expect(try kind(notBefore: now, notAfter: now + day, verification: 9, at: 1_000) == .clockSkew)
    }

    @Test("A flight of the server that is lost half-way")
    func lostFlight() throws {
        var seen = try seen()
        var failure = failure(key: false)
        failure.progress = .answered
        failure.waited = .seconds(5)
        seen.failure = failure
        seen.messages = [3]
        #expect(try finding(seen, key: false)?.step == .hello)
        #expect(try finding(seen, key: false)?.why.contains("1,200 bytes") == true)
        seen.arrived = AddressProbe.messages(in: [
            22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 12, 22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 3, 0, 1, 14, 22,
            0xFE,
        ])
        #expect(seen.arrived == [12, 14])
        #expect(try finding(seen, key: false)?.finding.kind == .largeDatagramsLost)
        seen.messages = [3, 2, 11, 12, 14]
        #expect(try finding(seen, key: false)?.finding.kind == .stoppedHalfway)
    }

    @Test("What comes that is neither DTLS nor CoAP")
    func foreign() throws {
        var seen = try seen()
        seen.isForeign = true
        seen.failure = failure()
        #expect(try finding(seen)?.finding.kind == .noDTLS)
    }

    @Test("Every kind has its step, and the steps have their order")
    func steps() {
        for kind in HandshakeFinding.Kind.allCases {
            #expect(DiagnosisStep.allCases.contains(kind.step(hasServerHello: true)))
        }
        #expect(DiagnosisStep.name < .route && DiagnosisStep.key < .request)
        #expect(HandshakeFinding.Kind.wrongKey.step(hasServerHello: true) == .key)
    }

    @Test("Moments and spans")
    func times() {
        #expect(UniversalTime.text(0) == "1970-01-01 00:00:00 UTC")
        #expect(UniversalTime.text(1_793_491_200) == "2026-11-01 00:00:00 UTC")
        #expect(UniversalTime.span(1) == "1 second" && UniversalTime.span(7200) == "2 hours")
        #expect(UniversalTime.span(3 * 86_400 + 5) == "3 days" && UniversalTime.span(60) == "1 minute")
        #expect(UniversalTime.span(0) == "0 seconds")
    }
}
