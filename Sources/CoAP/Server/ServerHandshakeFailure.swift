// SPDX-License-Identifier: Apache-2.0

/// Why a handshake with a server failed, as the server sees it: the other end of ``HandshakeFailure``.
struct ServerHandshakeFailure: Hashable {
    /// The fatal alert that ended it; nil without one.
    var alert: DTLSAlert?
    /// How far it was and what was known by then; nil when that cannot be told.
    var stage: ServerHandshakeStage?
    /// The identity that the client named; empty for none.
    var identity: [UInt8] = []
    /// True when plain CoAP came to a port that speaks DTLS, and so no handshake.
    var wasPlainCoAP = false

    /// What it is: for the counter by a name of a small set, and in words.
    var verdict: (result: String, what: String, advice: String) {
        if wasPlainCoAP {
            return (
                "plain_coap", "plain CoAP came to a port that speaks DTLS",
                "have the client write coaps://, or give it the port for coap"
            )
        }
        guard let alert else { return silence }
        if alert.wasSent { return refusedHere(alert) }
        return (alert.metricName, refusalThere(alert), Self.adviceThere(alert))
    }

    /// What happened and what to do, in one line.
    var text: String {
        let (_, what, advice) = verdict
        return advice.isEmpty ? what : "\(what): \(advice)"
    }

    private var shownIdentity: String { PrintableText.escaped(identity.prefix(64)) }

    private var silence: (String, String, String) {
        switch stage?.point {
        case .finishing where !identity.isEmpty:
            (
                "wrong_key", "the identity '\(shownIdentity)' is known, but the client's key differs",
                "check the pre-shared key on both sides"
            )
        case .waiting:
            (
                "timeout", "the client fell silent when it had this server's first answer",
                "see whether it has the right credentials, and whether large datagrams reach it"
            )
        default: ("timeout", "the client fell silent half-way", "see the client's log, and the way between")
        }
    }

    private func refusedHere(_ alert: DTLSAlert) -> (String, String, String) {
        if let verification = stage?.verification, verification != 0, stage?.point == .certificate {
            return clientCertificate(verification, alert)
        }
        switch (alert.description, stage?.point) {
        case (115, _):
            return (
                alert.metricName, "the client's identity '\(shownIdentity)' is not known here",
                "add it, or correct it at the client"
            )
        case (40, .certificate), (116, _):
            return (
                "client_certificate_missing", "the client showed no certificate, and has to", "give it one with its key"
            )
        case (40, .hello), (71, _):
            return (
                "no_shared_cipher", "the client offers no cipher suite that is taken here",
                "have it use a key or certificate of the kind that this server has, and DTLS 1.2's suites with AEAD"
            )
        case (70, _): return (alert.metricName, "the client does not speak DTLS 1.2", "have it do so (RFC 7925 §4)")
        case (20, _), (51, _):
            return (
                alert.metricName, "the client's messages cannot be verified (\(alert.name))",
                "see its key or certificate"
            )
        default: return (alert.metricName, "this server ended the handshake with the alert \(alert.name)", "")
        }
    }

    private func clientCertificate(_ verification: Int, _ alert: DTLSAlert) -> (String, String, String) {
        switch verification {
        case 10: return ("client_certificate_expired", "the client's certificate has expired", "it must be renewed")
        case 9:
            return (
                "client_certificate_not_yet_valid", "the client's certificate is not valid yet",
                "check the clocks of both sides"
            )
        case 18, 19, 20, 21:
            return (
                "client_certificate_untrusted",
                "the client's certificate is signed by an authority that is not trusted here",
                "have the right one sign it, or trust its authority"
            )
        case 23:
            return (
                "client_certificate_revoked", "the client's certificate was revoked by its authority",
                "give it a new one if it is to come in again"
            )
        case 3:
            return (
                "client_certificate_refused",
                "there is no revocation list for an authority of the client's certificate among the trusted ones",
                "add one for each"
            )
        case 26:
            return (
                "client_certificate_purpose", "the client's certificate is not made for clients",
                "make one for the purpose clientAuth"
            )
        default:
            return (
                "client_certificate_refused",
                "the client's certificate is not acceptable: \(DTLSConnection.verificationText(verification))", ""
            )
        }
    }

    private func refusalThere(_ alert: DTLSAlert) -> String {
        switch alert.description {
        case 48: "the client does not trust the authority of this server's certificate (unknown_ca)"
        case 45: "the client finds that this server's certificate has expired"
        case 44: "the client finds that this server's certificate was revoked"
        case 42, 43, 46:
            "the client does not accept this server's certificate (\(alert.name)), as when it is for another host"
        case 20, 51: "the client could not verify this server's messages (\(alert.name)), as when its key differs"
        default: "the client ended the handshake with the alert \(alert.name)"
        }
    }

    private static func adviceThere(_ alert: DTLSAlert) -> String {
        switch alert.description {
        case 48: "have the client trust it"
        case 45: "renew it, or check the client's clock"
        case 42, 43, 46: "see the names and dates in it"
        case 20, 51: "check the pre-shared key on both sides"
        default: "see the client's log"
        }
    }
}
