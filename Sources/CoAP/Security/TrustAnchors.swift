// SPDX-License-Identifier: Apache-2.0

/// The authorities whose certificates are believed, and the lists of those they revoked (RFC 5280).
public struct TrustAnchors: Sendable {
    let store: TrustStore

    /// Reads any number of authorities' certificates and revocation lists.
    ///
    /// With a list among them every certificate of a chain is looked up, so there must be one of each authority in it
    /// (RFC 5280 §6.3).
    ///
    /// - Parameter pem: the certificates and lists one after the other, as PEM text.
    /// - Throws: `CoAPError` with code `invalidCredentials` when there is no certificate or one is malformed.
    public init(pem: [UInt8]) throws(CoAPError) { store = try TrustStore(pem: pem) }

    /// Reads authorities' certificates and the revocation lists of some of them.
    ///
    /// A certificate is looked up in the lists of the authority that signed it. Authorities without a list are believed
    /// without one. A list that has run out or that its authority did not sign has all certificates of that authority
    /// refused.
    ///
    /// - Parameters:
    ///   - pem: the certificates one after the other, as PEM text; lists may stand among them.
    ///   - revocationLists: the lists one after the other, as PEM text; may be empty.
    /// - Throws: `CoAPError` with code `invalidCredentials` when there is no certificate or something is malformed.
    public init(pem: [UInt8], revocationLists: [UInt8]) throws(CoAPError) {
        store = try TrustStore(pem: pem, lists: revocationLists)
    }

    /// The SHA-256 fingerprints of the authorities' certificates.
    package var fingerprints: Set<[UInt8]> { store.fingerprints }
}
