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
    /// True when the server answered the hello with its own; nil when that is not known.
    var hasServerHello: Bool?
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
        let finding = finding
        return finding.kind == .silence
            ? CoAPError(.timeout, finding.text)
            : CoAPError(.handshakeFailed, "no DTLS session with \(server): \(finding.text)")
    }

    /// What it most likely means.
    var finding: HandshakeFinding {
        if verification != 0 { return certificateFinding }
        if let alert, !alert.wasSent, !alert.isFarewell { return finding(of: alert) }
        if let alert, alert.wasSent {
            // A server's hello that names an older version is answered so.
            if alert.description == 70 { return .init(.oldVersion, Self.oldVersion) }
            return .init(
                .disagreement, "this side sent the alert \(alert.name); the two sides do not agree on how to speak DTLS"
            )
        }
        if heardPlainCoAP {
            return .init(
                .plainServer, "plain CoAP is spoken there",
                "write coap:// if that is meant, or give the port for coaps")
        }
        let time = waited.map { " within \(Self.seconds($0)) s" } ?? ""
        // GnuTLS says goodbye where others say nothing.
        let gaveUp = alert == nil ? "fell silent" : "gave up"
        switch progress {
        case .silence:
            let tried = addresses.count > 1 ? " (\(addresses.prefix(4).joined(separator: ", ")))" : ""
            return .init(
                .silence, "no answer from \(server)\(tried)\(time)",
                "check host and port, and that a firewall lets UDP pass")
        case .finishing where keyIdentity != nil:
            return .init(
                .wrongKey, "the server \(gaveUp) after the last step\(time), as servers do when the key is wrong",
                "check the pre-shared key of identity '\(identity)'")
        case .finishing:
            return .init(.stoppedAtEnd, "the server \(gaveUp) after the last step\(time); try again, and see its log")
        case .answered, .done:
            return .init(
                .stoppedHalfway, "the handshake stopped half-way\(time)",
                "the server answered and then \(gaveUp), as some do that take "
                    + "\(keyIdentity == nil ? "no certificates" : "no pre-shared keys or do not know this one")")
        }
    }

    private static let oldVersion = "the server does not speak DTLS 1.2"

    private var identity: String { keyIdentity.map { PrintableText.escaped($0) } ?? "" }

    private var certificateFinding: HandshakeFinding {
        switch verification {
        case 62, 64:
            let names = certificateNames
            return .init(
                .hostMismatch,
                "the server's certificate is not for '\(host)'" + (names.isEmpty ? "" : " but for \(names)"),
                "use a name it has, or suspect another machine in between")
        case 10: return .init(.expired, "\(whose) has expired", "it must be renewed")
        case 9: return .init(.notYetValid, "\(whose) is not valid yet", "check the clocks of both sides")
        case 20, 21:
            return .init(
                .foreignAuthority,
                "the server's certificate is signed by an authority that is not trusted here, or the server does not "
                    + "send the certificates between",
                "trust the right authority, or have the server send its whole chain")
        case 18, 19:
            return .init(
                .foreignAuthority,
                "the server's certificate is signed by an authority that is not trusted here",
                "trust the right authority")
        case 23: return .init(.revoked, "\(whose) was revoked by its authority")
        case 3:
            return .init(
                .noRevocationList,
                "there is no revocation list for an authority of the server's certificate among the trusted ones",
                "add one for each")
        default:
            return .init(
                .certificateUnacceptable, "the server's certificate is not acceptable: \(verificationText)")
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

    private func finding(of alert: DTLSAlert) -> HandshakeFinding {
        switch alert.description {
        case 115:
            return .init(
                .unknownIdentity, "the server does not know the identity '\(identity)'",
                "check it, or add it at the server")
        case 20, 51:
            return keyIdentity == nil
                ? .init(.stoppedAtEnd, "the server could not verify this side's messages (\(alert.name))") : wrongKey
        case 40 where keyIdentity != nil && progress == .finishing: return wrongKey
        case 80 where keyIdentity != nil:
            return .init(
                .unknownIdentity,
                "the server failed inside (internal_error), as some do that do not know the identity '\(identity)'",
                "check it")
        case 40 where keyIdentity != nil, 71 where keyIdentity != nil:
            return .init(
                .noSharedCipher,
                "the server takes no pre-shared keys or none of the offered ciphers (\(alert.name))",
                "try a certificate")
        case 40 where hasServerHello == false, 71 where hasServerHello == false:
            return .init(
                .noSharedCipher, "the server takes no certificates or none of the offered ciphers (\(alert.name))",
                "try a pre-shared key, or see which ciphers it takes")
        case 40 where !hasCertificate && hasServerHello == true, 116 where !hasCertificate:
            return .init(
                .certificateDemanded, "the server demands a certificate of this side (\(alert.name))",
                "give a certificate and its key")
        case 40 where !hasCertificate:
            return .init(
                .certificateDemanded,
                "the server demands a certificate of this side, or knows none of the offered ciphers (\(alert.name))",
                "give a certificate and its key")
        case 40, 71, 116:
            return .init(
                .ownCertificateRefused,
                "the server knows none of the offered ciphers, or does not take this side's certificate (\(alert.name))"
            )
        case 48:
            return .init(
                .ownCertificateUntrusted,
                "the server does not trust the authority of this side's certificate (unknown_ca)", "use one it trusts")
        case 45: return .init(.ownCertificateExpired, "this side's certificate has expired", "renew it")
        case 44: return .init(.ownCertificateRevoked, "this side's certificate was revoked")
        case 42, 43, 46:
            return .init(.ownCertificateRefused, "the server does not accept this side's certificate (\(alert.name))")
        case 49: return .init(.accessDenied, "the server denies access (access_denied)")
        case 70: return .init(.oldVersion, Self.oldVersion)
        default: return .init(.otherAlert, "the server ended the handshake with the alert \(alert.name)")
        }
    }

    private var wrongKey: HandshakeFinding {
        .init(.wrongKey, "the key is wrong", "check the pre-shared key of identity '\(identity)'")
    }

    static func seconds(_ duration: Duration) -> String {
        let tenths = Int((duration.inSeconds * 10).rounded())
        return tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
