// SPDX-License-Identifier: Apache-2.0

/// Why a server could not be reached or a handshake failed: for a program, and in words.
package struct HandshakeFinding: Hashable, Sendable {
    /// What it is, by names that do not change.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        // Before the handshake
        case unknownHost = "unknown_host"
        case noRoute = "no_route"
        case nobodyListens = "nobody_listens"
        case silence
        case plainServer = "plain_server"
        case secureServer = "dtls_server"
        case noDTLS = "no_dtls"
        // Ciphers
        case oldVersion = "old_version"
        case noSharedCipher = "no_shared_cipher"
        // The server's certificate
        case expired = "certificate_expired"
        case notYetValid = "certificate_not_yet_valid"
        case clockSkew = "clock_skew"
        case foreignAuthority = "foreign_authority"
        case revoked = "certificate_revoked"
        case noRevocationList = "no_revocation_list"
        case certificateUnacceptable = "certificate_unacceptable"
        case hostMismatch = "host_mismatch"
        // This side's key or certificate
        case unknownIdentity = "unknown_identity"
        case wrongKey = "wrong_key"
        case certificateDemanded = "certificate_demanded"
        case ownCertificateUntrusted = "own_certificate_untrusted"
        case ownCertificateExpired = "own_certificate_expired"
        case ownCertificateRevoked = "own_certificate_revoked"
        case ownCertificateRefused = "own_certificate_refused"
        case accessDenied = "access_denied"
        // What nobody can tell exactly
        case largeDatagramsLost = "large_datagrams_lost"
        case stoppedHalfway = "stopped_halfway"
        case stoppedAtEnd = "stopped_at_end"
        case disagreement
        case otherAlert = "other_alert"
        // Behind the handshake
        case endedAtOnce = "session_ended"
        case noResponse = "no_response"
    }

    /// What it is.
    package var kind: Kind
    /// What happened, without a full stop.
    package var what: String
    /// What to do about it; empty where nobody knows.
    package var advice: String

    init(_ kind: Kind, _ what: String, _ advice: String = "") {
        (self.kind, self.what, self.advice) = (kind, what, advice)
    }

    /// Both in one line.
    package var text: String { advice.isEmpty ? what : "\(what): \(advice)" }
}
