// SPDX-License-Identifier: Apache-2.0

/// One step on the way to a server, in the order in which they are taken.
package enum DiagnosisStep: String, Hashable, Sendable, CaseIterable, Comparable {
    /// The host's name has an address.
    case name
    /// The system knows a way there.
    case route
    /// Anything comes back.
    case reachability
    /// It is DTLS 1.2 that comes back.
    case hello
    /// Both sides know a cipher suite.
    case cipher
    /// The server's certificate is good.
    case certificate
    /// It is for the host asked for.
    case host
    /// The server accepts this side's key or certificate.
    case key
    /// A request is answered.
    case request

    /// What became of a step.
    package enum Verdict: String, Hashable, Sendable {
        case ok
        case failed
        /// There was no need for it, or the way ended before.
        case skipped
    }

    /// A step with what became of it.
    package struct Result: Hashable, Sendable {
        /// Which one.
        package var step: DiagnosisStep
        /// How it ended.
        package var verdict: Verdict
        /// What was seen, on one line.
        package var line: String
    }

    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// The earlier step first.
    package static func < (lhs: DiagnosisStep, rhs: DiagnosisStep) -> Bool { lhs.place < rhs.place }
}

extension HandshakeFinding.Kind {
    /// The step that such a finding belongs to.
    ///
    /// - Parameter hasServerHello: whether the server's hello had come.
    func step(hasServerHello: Bool) -> DiagnosisStep {
        switch self {
        case .unknownHost: .name
        case .noRoute: .route
        case .nobodyListens, .silence, .secureServer: .reachability
        case .plainServer, .noDTLS, .oldVersion, .largeDatagramsLost: .hello
        case .noSharedCipher: .cipher
        case .expired, .notYetValid, .clockSkew, .foreignAuthority, .revoked, .noRevocationList,
            .certificateUnacceptable:
            .certificate
        case .hostMismatch: .host
        case .unknownIdentity, .wrongKey, .certificateDemanded, .ownCertificateUntrusted, .ownCertificateExpired,
            .ownCertificateRevoked, .ownCertificateRefused, .accessDenied, .stoppedAtEnd,
            .endedAtOnce:
            .key
        case .stoppedHalfway, .disagreement, .otherAlert: hasServerHello ? .key : .hello
        case .noResponse: .request
        }
    }
}
