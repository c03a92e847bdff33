// SPDX-License-Identifier: Apache-2.0

/// What is known when a client's handshake fails, and what it most likely means.
struct HandshakeFailure {
    /// The URI's scheme, host and port.
    var server: String
    /// The host asked for.
    var host: String
    /// The identity of the client's pre-shared key; nil with certificates.
    var keyIdentity: [UInt8]?
    /// True when the client has a certificate of its own.
    var hasCertificate = false
    /// The fatal alert or the farewell that ended the handshake; nil without one.
    var alert: DTLSAlert?
    /// What OpenSSL says of the server's certificate; 0 is good or none.
    var verification = 0
    /// The words for that.
    var verificationText = ""
    /// Whom the certificate names that was refused; nil without one.
    var certificate: CertificateIdentity?
    /// How far that certificate stands above the server's own.
    var verificationDepth = 0
    /// How far the handshake came.
    var progress = DTLSConnection.Progress.silence
    /// True when plain CoAP came instead of DTLS.
    var heardPlainCoAP = false
    /// How long it was waited for; nil when the end came by itself.
    var waited: Duration?
    /// The addresses that were tried.
    var addresses: [String] = []

    /// True when one of the sides has said something about it.
    var isKnown: Bool { alert != nil || verification != 0 }

    /// The error for a person.
    var error: CoAPError {
        if verification != 0 { return refused(certificateReason) }
        if let alert, !alert.wasSent, !alert.isFarewell { return refused(alertReason(alert)) }
        if let alert, alert.wasSent {
            return refused("this side sent the alert \(alert.name); the two sides do not agree on how to speak DTLS")
        }
        if heardPlainCoAP {
            return refused("plain CoAP is spoken there: write coap:// if that is meant, or give the port for coaps")
        }
        let time = waited.map { " within \(Self.seconds($0)) s" } ?? ""
        // GnuTLS says goodbye where others say nothing.
        let gaveUp = alert == nil ? "fell silent" : "gave up"
        switch progress {
        case .silence:
            let tried = addresses.count > 1 ? " (\(addresses.prefix(4).joined(separator: ", ")))" : ""
            return CoAPError(
                .timeout,
                "no answer from \(server)\(tried)\(time): check host and port, and that a firewall lets UDP pass")
        case .finishing where keyIdentity != nil:
            return refused(
                "the server \(gaveUp) after the last step\(time), as servers do when the key is wrong: check the "
                    + "pre-shared key of identity '\(identity)'")
        case .finishing: return refused("the server \(gaveUp) after the last step\(time); try again, and see its log")
        case .answered, .done:
            return refused(
                "the handshake stopped half-way\(time): the server answered and then \(gaveUp), as some do that take "
                    + "\(keyIdentity == nil ? "no certificates" : "no pre-shared keys or do not know this one")")
        }
    }

    private var identity: String { keyIdentity.map { PrintableText.escaped($0) } ?? "" }

    private func refused(_ reason: String) -> CoAPError {
        CoAPError(.handshakeFailed, "no DTLS session with \(server): \(reason)")
    }

    private var certificateReason: String {
        switch verification {
        case 62, 64:
            let names = certificateNames
            return "the server's certificate is not for '\(host)'"
                + (names.isEmpty ? "" : " but for \(names)")
                + ": use a name it has, or suspect another machine in between"
        case 10: return "\(whose) has expired: it must be renewed"
        case 9: return "\(whose) is not valid yet: check the clocks of both sides"
        case 20, 21:
            return
                "the server's certificate is signed by an authority that is not trusted here, or the server does not "
                + "send the certificates between: trust the right authority, or have the server send its whole chain"
        case 18, 19:
            return
                "the server's certificate is signed by an authority that is not trusted here: trust the right authority"
        case 23: return "\(whose) was revoked by its authority"
        case 3:
            return
                "there is no revocation list for an authority of the server's certificate among the trusted ones: add "
                + "one for each"
        default: return "the server's certificate is not acceptable: \(verificationText)"
        }
    }

    /// The certificate in question.
    private var whose: String {
        guard verificationDepth > 0 else { return "the server's certificate" }
        let name = certificate?.commonName.map { " ('\(PrintableText.escaped($0.utf8))')" } ?? ""
        return "the certificate of an authority above the server's\(name)"
    }

    private var certificateNames: String {
        guard let certificate else { return "" }
        let names = certificate.alternativeNames.prefix(6).compactMap { name -> String? in
            switch name {
            case .dns(let host): host
            case .ip(let bytes): (try? SocketAddress(bytes: bytes, port: 0))?.host
            case .uri, .email: nil
            }
        }
        return names.isEmpty ? "nobody (it has no subject alternative name)" : names.joined(separator: ", ")
    }

    private func alertReason(_ alert: DTLSAlert) -> String {
        switch alert.description {
        case 115: return "the server does not know the identity '\(identity)': check it, or add it at the server"
        case 20, 51:
            return keyIdentity == nil
                ? "the server could not verify this side's messages (\(alert.name))"
                : "the key is wrong: check the pre-shared key of identity '\(identity)'"
        case 80 where keyIdentity != nil:
            return
                "the server failed inside (internal_error), as some do that do not know the identity '\(identity)': check it"
        case 40 where keyIdentity != nil, 71 where keyIdentity != nil:
            return
                "the server takes no pre-shared keys or none of the offered ciphers (\(alert.name)): try a certificate"
        case 40 where !hasCertificate, 116 where !hasCertificate:
            return "the server demands a certificate of this side, or knows none of the offered ciphers "
                + "(\(alert.name)): give a certificate and its key"
        case 40, 71, 116:
            return
                "the server knows none of the offered ciphers, or does not take this side's certificate (\(alert.name))"
        case 48:
            return "the server does not trust the authority of this side's certificate (unknown_ca): use one it trusts"
        case 45: return "this side's certificate has expired: renew it"
        case 44: return "this side's certificate was revoked"
        case 42, 43, 46: return "the server does not accept this side's certificate (\(alert.name))"
        case 49: return "the server denies access (access_denied)"
        case 70: return "the server does not speak DTLS 1.2"
        default: return "the server ended the handshake with the alert \(alert.name)"
        }
    }

    static func seconds(_ duration: Duration) -> String {
        let tenths = Int((duration.inSeconds * 10).rounded())
        return tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
