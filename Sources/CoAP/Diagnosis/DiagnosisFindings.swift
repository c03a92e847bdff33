// SPDX-License-Identifier: Apache-2.0

/// Finds what is wrong from what was seen at one address.
struct DiagnosisFindings {
    let seen: AddressObservation
    let subject: DiagnosisSubject
    /// This side's clock, in seconds since 1970.
    let now: Int64

    /// The first thing that is wrong; nil when nothing is.
    var finding: Diagnosis.Finding? {
        guard let (finding, why) = judged else { return nil }
        return .init(step: finding.kind.step(hasServerHello: seen.hasServerHello), finding: finding, why: why)
    }

    private var server: String { subject.uri.authority }

    private var judged: (HandshakeFinding, String)? {
        guard seen.local != nil else {
            return (
                .init(.noRoute, "there is no way to \(seen.address.host)", "see this host's routes and interfaces"),
                "the system says: \(seen.routeProblem)"
            )
        }
        if seen.stranger == .plainCoAP {
            return (plainServer, "it answered a ping in plain CoAP on this port, and nothing in DTLS")
        }
        if seen.stranger == .dtls {
            return (
                .init(
                    .secureServer, "DTLS is spoken there",
                    "write coaps:// and give credentials, or give the port for coap"),
                "it answered a hello of DTLS on this port, and nothing in plain CoAP"
            )
        }
        guard seen.heardAfter != nil else { return unheard }
        if let failure = seen.failure { return judged(failure) }
        guard seen.answer == nil else { return nil }
        if seen.isEnded {
            return (
                .init(
                    .endedAtOnce, "the server ended the session right after the handshake",
                    "give this side its new credentials; the server's log has the reason"),
                "servers do so when these credentials were revoked or replaced, though their key or signature stands"
            )
        }
        return (
            .init(
                .noResponse, "no response to a request within \(HandshakeFailure.seconds(seen.waited)) s",
                "see the server's log: it may be overloaded, or hang"),
            seen.isSecure
                ? "the handshake was done, but neither GET /.well-known/core nor a ping was answered"
                : "something came from there, but no answer to GET /.well-known/core or to a ping"
        )
    }

    private var unheard: (HandshakeFinding, String) {
        if seen.isRefused {
            return (
                .init(
                    .nobodyListens, "nobody listens at \(seen.address)",
                    "check the port, and that the server is running"),
                "the host is there and says that no program has this UDP port (ICMP port unreachable)"
            )
        }
        let silence = HandshakeFinding(
            .silence, "no answer from \(seen.address) within \(HandshakeFailure.seconds(seen.waited)) s",
            "check host and port, and that a firewall lets UDP pass")
        return (
            silence,
            "neither DTLS nor plain CoAP was answered, and nobody said that the port is closed: the host is off, a firewall "
                + "drops the datagrams, or the program there says nothing to strangers"
        )
    }

    private var plainServer: HandshakeFinding {
        .init(.plainServer, "plain CoAP is spoken there", "write coap:// if that is meant, or give the port for coaps")
    }

    private func judged(_ failure: HandshakeFailure) -> (HandshakeFinding, String) {
        if seen.isForeign {
            return (
                .init(.noDTLS, "neither DTLS nor CoAP is spoken there", "check the port: another service answers"),
                "what came back is no record of DTLS and no message of CoAP"
            )
        }
        let finding = failure.finding
        let evidence = DiagnosisEvidence(seen: seen, subject: subject, now: now, failure: failure)
        switch finding.kind {
        case .expired, .notYetValid: return evidence.validity(finding)
        case .ownCertificateRefused, .ownCertificateUntrusted, .ownCertificateExpired, .ownCertificateRevoked,
            .otherAlert, .stoppedAtEnd, .certificateDemanded:
            return evidence.ownCertificate(finding)
        case .stoppedHalfway: return evidence.halfway(finding)
        case .noSharedCipher: return evidence.cipher(finding)
        default: return (finding, evidence.why(finding.kind))
        }
    }
}
