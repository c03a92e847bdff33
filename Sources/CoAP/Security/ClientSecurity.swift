// SPDX-License-Identifier: Apache-2.0

/// How a client proves who it is and what it demands of the server.
public enum ClientSecurity: Sendable {
    /// Both sides prove that they know the key.
    case preSharedKey(PreSharedKey)

    /// The server shows a certificate for the host asked for, signed by one of the authorities; the client shows its own
    /// when it has one.
    case certificate(CertificateCredential? = nil, trust: TrustAnchors)

    /// Plain CoAP: neither secret nor authentic. Only for URIs that begin with `coap://`.
    case plain

    /// Mutual authentication by a pre-shared key.
    ///
    /// - Throws: `CoAPError` with code `invalidCredentials` when identity or key has a length DTLS cannot carry.
    public static func preSharedKey(identity: String, key: Secret) throws(CoAPError) -> ClientSecurity {
        .preSharedKey(try PreSharedKey(identity: identity, key: key))
    }
}
