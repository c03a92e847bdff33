// SPDX-License-Identifier: Apache-2.0

/// How a server proves who it is and whom it lets in over DTLS.
///
/// Keys and certificates may both be given: then each peer picks by the ciphers it offers, on one port.
public struct ServerSecurity: Sendable {
    /// What a peer that picks certificates has to show.
    public enum ClientAuthentication: Sendable {
        /// A certificate that one of these authorities signed; without one the handshake fails.
        case required(TrustAnchors)
        /// Nothing: only the server proves who it is, its peers stay anonymous.
        case notRequired
    }

    /// The keys of the peers that use pre-shared keys; nil refuses such peers.
    public var preSharedKeys: (any PreSharedKeyStore)?

    /// The server's certificate; nil refuses peers that use certificates.
    public var certificate: CertificateCredential?

    /// What peers with certificates have to show.
    public var clientAuthentication: ClientAuthentication

    /// Certificates of peers that were replaced: each is refused when its time is over, though its authority's signature stands.
    public var retired: [RetiredCertificate] {
        didSet { retirements = RetirementTable(retired) }
    }

    /// The same, to look a peer's certificate up.
    private(set) var retirements: RetirementTable

    /// Mutual authentication by pre-shared keys.
    public static func preSharedKeys(_ store: some PreSharedKeyStore) -> ServerSecurity {
        ServerSecurity(preSharedKeys: store)
    }

    /// Mutual authentication by certificates.
    public static func certificate(
        _ certificate: CertificateCredential, clientsSignedBy authorities: TrustAnchors
    ) -> ServerSecurity {
        ServerSecurity(certificate: certificate, clientAuthentication: .required(authorities))
    }

    /// Any mixture of the above; a server needs keys or a certificate.
    public init(
        preSharedKeys: (any PreSharedKeyStore)? = nil, certificate: CertificateCredential? = nil,
        clientAuthentication: ClientAuthentication = .notRequired, retired: [RetiredCertificate] = []
    ) {
        self.preSharedKeys = preSharedKeys
        self.certificate = certificate
        self.clientAuthentication = clientAuthentication
        self.retired = retired
        retirements = RetirementTable(retired)
    }
}
