// SPDX-License-Identifier: Apache-2.0

/// What a finding of a handshake follows from; where more is known than to the one who did the handshake, a better finding.
struct DiagnosisEvidence {
    let seen: AddressObservation
    let subject: DiagnosisSubject
    /// This side's clock, in seconds since 1970.
    let now: Int64
    let failure: HandshakeFailure

    /// Why a finding is what it is.
    func why(_ kind: HandshakeFinding.Kind) -> String {
        switch kind {
        case .plainServer: "the answer to the hello was a message of plain CoAP"
        case .oldVersion:
            "the server offered an older version than 1.2, which this side does not speak (RFC 7925 §4, RFC 8996)"
        case .noSharedCipher:
            "the server read the list of cipher suites and ended the handshake before its own hello"
                + said
        case .foreignAuthority: foreignAuthority
        case .revoked: "a revocation list among the trusted authorities has its number"
        case .noRevocationList: "with one revocation list among them, each authority needs one (RFC 5280 §6.3)"
        case .hostMismatch:
            "only its subject alternative names count, and none with an asterisk (RFC 7252 §9.1.3.3): "
                + (names.isEmpty ? "it has none" : "it has \(names)")
        case .unknownIdentity: "it ended the handshake when it was told the identity" + said
        case .wrongKey:
            "the identity is known but the key differs: the server went on when it was told the identity, "
                + "and could not read the message that is made with the key (Finished)" + said
        case .accessDenied: "it understood everything and said no" + said
        case .certificateUnacceptable: "OpenSSL says: \(failure.verificationText)"
        case .disagreement: "this side ended the handshake" + said
        default: "the server ended the handshake" + said
        }
    }

    private var said: String {
        guard let alert = failure.alert else { return "" }
        return " (alert \(alert.name) \(alert.wasSent ? "sent" : "received"))"
    }

    private var names: String {
        seen.chain.first.map { PrintableText.escaped($0.names.joined(separator: ", ").utf8) } ?? ""
    }

    private var foreignAuthority: String {
        guard let last = seen.chain.last else { return "no authority among the trusted ones signed it" }
        return
            "the server sent \(seen.chain.count) certificate\(seen.chain.count == 1 ? "" : "s"), the last one signed by "
            + "'\(PrintableText.escaped(last.issuer.utf8))', and no trusted authority continues them"
    }

    /// A certificate of the server whose time is wrong, or a clock.
    func validity(_ finding: HandshakeFinding) -> (HandshakeFinding, String) {
        let depth = seen.refusedDepth ?? 0
        // An authority that is trusted here is not among those that were sent.
        guard seen.chain.indices.contains(depth) else { return (finding, "OpenSSL says: \(failure.verificationText)") }
        let clock = ClockJudgement(
            now: now, notBefore: seen.chain[depth].notBefore, notAfter: seen.chain[depth].notAfter)
        guard clock.blamesClock else { return (finding, clock.evidence) }
        return (
            .init(
                .clockSkew, "\(finding.what), but a clock that goes wrong is more likely (clock skew)",
                "check the clock of this host, and that of the host where the certificate was made"),
            clock.evidence
        )
    }

    /// A handshake that ended when the server had this side's certificate, or none.
    func ownCertificate(_ finding: HandshakeFinding) -> (HandshakeFinding, String) {
        guard seen.wantsCertificate, subject.keyIdentity == nil else { return (finding, why(finding.kind)) }
        guard let own = subject.ownCertificate else {
            return (
                .init(
                    .certificateDemanded,
                    "the server demands a certificate of this side" + (failure.alert.map { " (\($0.name))" } ?? ""),
                    "give a certificate and its key"),
                "it asked for one (CertificateRequest), got none and ended the handshake" + said
            )
        }
        let shown = "this side showed '\(own.subject)', signed by '\(PrintableText.escaped(own.issuer.utf8))'"
        let clock = ClockJudgement(now: now, notBefore: own.notBefore, notAfter: own.notAfter)
        if own.notAfter < now {
            return (
                .init(.ownCertificateExpired, "this side's certificate has expired", "renew it"),
                "\(shown): \(clock.evidence)"
            )
        }
        if own.notBefore > now {
            return (
                .init(
                    .ownCertificateRefused, "this side's certificate is not valid yet", "check the clocks of both sides"
                ),
                "\(shown): \(clock.evidence)"
            )
        }
        return (finding, "\(shown), and the server ended the handshake" + said)
    }

    /// A server that takes none of the suites that were offered.
    func cipher(_ finding: HandshakeFinding) -> (HandshakeFinding, String) {
        switch seen.olderAnswer {
        case .version:
            return (
                .init(.oldVersion, "the server does not speak DTLS 1.2", "have it speak DTLS 1.2 (RFC 7925 §4)"),
                why(.oldVersion)
            )
        case .suite(let suite):
            return (
                finding,
                why(finding.kind) + "; asked once more with older suites it took \(suite), which is not offered here"
            )
        case nil: return (finding, why(finding.kind))
        }
    }

    /// A handshake whose server fell silent before the end.
    func halfway(_ finding: HandshakeFinding) -> (HandshakeFinding, String) {
        if seen.hasPartOfFlight {
            return (
                .init(
                    .largeDatagramsLost, "a part of the server's first answer does not arrive",
                    "have the server send smaller datagrams (its MTU for DTLS) or a shorter chain, or use a pre-shared key, which "
                        + "takes none of that size"),
                "some of its messages came, however often they were repeated, and others did not: a flight with certificates "
                    + "takes datagrams of 1,200 bytes and more, which some networks drop"
            )
        }
        guard seen.hasWholeFlight else {
            return (
                finding,
                seen.sentCookie
                    ? "the server asked for the hello with a cookie and did not answer that one; a flight with certificates takes "
                        + "datagrams of 1,200 bytes and more, which some networks drop"
                    : "the server sent something, but no hello of its own"
            )
        }
        return (finding, "the server's first flight came, and nothing behind it")
    }
}
