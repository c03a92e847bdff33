// SPDX-License-Identifier: Apache-2.0

/// What a session's peer proved itself by, kept to see later whether it is still good.
enum SessionCredential {
    /// Plain CoAP, or a client without a certificate.
    case none
    case preSharedKey(PreSharedKey)
    case certificate(Certificate)

    init(_ connection: DTLSConnection?, key: PreSharedKey?) {
        if let certificate = connection?.peerCertificate {
            self = .certificate(certificate)
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
        case .certificate(let certificate): .certificate(certificate.identity)
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
        case (.certificate(let certificate), .required(let anchors)):
            guard let connection, anchors.store.accepts(connection) else { return nil }
            return isOver(certificate, security, at: time) ? nil : self
        case (.certificate, .notRequired): return nil
        }
    }

    /// True when its time is over; cheaper than ``renewed(by:on:at:)``.
    func isOver(_ security: ServerSecurity, at time: Int64) -> Bool {
        switch self {
        case .none: false
        case .preSharedKey(let key): !key.isGood(at: time)
        case .certificate(let certificate): isOver(certificate, security, at: time)
        }
    }

    private func isOver(_ certificate: Certificate, _ security: ServerSecurity, at time: Int64) -> Bool {
        if let last = certificate.notAfter, last < time { return true }
        guard !security.retired.isEmpty else { return false }
        let fingerprint = certificate.fingerprint
        return security.retired.contains { $0.fingerprint == fingerprint && $0.until < time }
    }
}
