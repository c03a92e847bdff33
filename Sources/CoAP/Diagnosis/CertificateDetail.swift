// SPDX-License-Identifier: Apache-2.0

/// What a certificate says, believed or not.
package struct CertificateDetail: Hashable, Sendable {
    /// Its holder: subject, names and fingerprint.
    package var identity: CertificateIdentity
    /// Who signed it, as RFC 2253 writes names.
    package var issuer: String
    /// The first second it is valid in, in seconds since 1970.
    package var notBefore: Int64
    /// The last second it is valid in, in seconds since 1970.
    package var notAfter: Int64

    /// The alternative names as one writes them.
    package var names: [String] {
        identity.alternativeNames.map { name in
            switch name {
            case .dns(let host): host
            case .ip(let bytes): (try? SocketAddress(bytes: bytes, port: 0))?.host ?? "?"
            case .uri(let uri): uri
            case .email(let address): address
            }
        }
    }

    /// The subject, safe to be shown.
    package var subject: String { PrintableText.escaped(identity.subject.utf8) }
}
