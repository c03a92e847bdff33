// SPDX-License-Identifier: Apache-2.0

/// What a session's peer proved itself by, kept to see later whether it is still good.
enum SessionCredential {
    /// Plain CoAP, or a client without a certificate.
    case none
    case preSharedKey(PreSharedKey)
    /// A certificate, and the last second it is good in.
    case certificate(Certificate, until: Int64)

    init(_ connection: DTLSConnection?, key: PreSharedKey?) {
        if let certificate = connection?.peerCertificate {
            self = .certificate(certificate, until: certificate.notAfter ?? .max)
        } else if let key {
            self = .preSharedKey(key)
        } else {
            self = .none
        }
    }

    var identity: PeerIdentity {
        switch self {
        case .none: .anonymous
        case .preSharedKey(let key): .preSharedKey(key.holder)
        case .certificate(let certificate, _): .certificate(certificate.identity)
        }
    }

    /// The same as the server knows it now; nil when it would not let the peer in by it. The time is in seconds since 1970.
    func renewed(by security: ServerSecurity, on connection: DTLSConnection?, at time: Int64) -> SessionCredential? {
        switch (self, security.clientAuthentication) {
        case (.none, .required): return nil
        case (.none, .notRequired): return security.certificate == nil ? nil : self
        case (.preSharedKey(let key), _):
            // Of the same holder, too: somebody else may have been given the identity.
            guard let entry = security.preSharedKeys?.entry(for: key.identity), entry.key == key.key,
                entry.holder == key.holder, entry.isGood(at: time)
            else { return nil }
            return .preSharedKey(entry)
        case (.certificate, .required(let anchors)):
            guard let connection, anchors.store.accepts(connection) else { return nil }
            let renewed = limited(by: security)
            return renewed.isOver(at: time) ? nil : renewed
        case (.certificate, .notRequired): return nil
        }
    }

    /// The same with the end that a certificate has because another one took its place.
    func limited(by security: ServerSecurity) -> SessionCredential {
        guard case .certificate(let certificate, _) = self else { return self }
        let last = certificate.notAfter ?? .max
        return .certificate(certificate, until: min(last, security.retirements.end(of: certificate) ?? .max))
    }

    /// True when its time is over.
    func isOver(at time: Int64) -> Bool {
        switch self {
        case .none: false
        case .preSharedKey(let key): !key.isGood(at: time)
        case .certificate(_, let last): last < time
        }
    }
}
