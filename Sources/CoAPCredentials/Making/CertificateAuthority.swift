// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
package import CoAP
import Glibc

/// Signs certificates for servers and devices.
package final class CertificateAuthority {
    let certificate: IssuedCertificate
    private let key: PrivateKey

    init(certificate: IssuedCertificate, key: PrivateKey) {
        self.certificate = certificate
        self.key = key
    }

    /// Makes an authority that signs itself and is valid for ten years.
    package convenience init(named name: String = "swift-coap authority") throws(CoAPError) {
        try self.init(Contents(name: name, role: .authority, validFor: Contents.tenYears))
    }

    /// Makes an authority that signs itself and says this.
    package convenience init(_ contents: Contents) throws(CoAPError) {
        try self.init(contents, key: try PrivateKey())
    }

    /// Makes an authority from a key that is there.
    init(_ contents: Contents, key: PrivateKey) throws(CoAPError) {
        self.key = key
        certificate = try Self.make(contents, for: key, issuer: nil)
    }

    /// What a certificate is for.
    package enum Role: Sendable {
        /// It signs others.
        case authority
        /// Its holder answers.
        case server
        /// Its holder asks.
        case client
    }

    /// What a new certificate says.
    package struct Contents: Sendable {
        /// In seconds.
        package static let day: Int64 = 86_400
        static let tenYears = 3652 * day

        /// The subject's common name, at most 64 characters.
        package var name: String
        package var role: Role
        /// `DNS:localhost`, `IP:::1`, in OpenSSL's notation.
        package var alternativeNames: [String]
        /// Seconds since 1970.
        package var notBefore: Int64
        /// Seconds since 1970.
        package var notAfter: Int64

        /// A certificate valid from five minutes ago, for clocks that go after, for a number of seconds.
        package init(name: String, role: Role, alternativeNames: [String] = [], validFor seconds: Int64) {
            self.name = name
            self.role = role
            self.alternativeNames = alternativeNames
            let now = Int64(time(nil))
            notBefore = now - 300
            notAfter = now + seconds
        }
    }

    /// The authority's certificate as PEM text.
    package func certificatePEM() throws(CoAPError) -> [UInt8] { try certificate.pem() }

    /// The authority's key as PEM text.
    package func keyPEM() throws(CoAPError) -> Secret { try key.pem() }

    /// Makes a key and a certificate for it, both as PEM text.
    package func issue(_ contents: Contents) throws(CoAPError) -> (certificatePEM: [UInt8], keyPEM: Secret) {
        let subjectKey = try PrivateKey()
        return (try issue(contents, for: subjectKey).pem(), try subjectKey.pem())
    }

    /// Makes a key and a certificate for it, and writes both to new files.
    package func issue(_ contents: Contents, certificatePath: String, keyPath: String) throws(CoAPError) {
        let made = try issue(contents)
        try FileWriter.write(made.keyPEM, to: keyPath)
        try FileWriter.write(made.certificatePEM, to: certificatePath)
    }

    /// Makes a certificate for a key that is there.
    func issue(_ contents: Contents, for subjectKey: PrivateKey) throws(CoAPError) -> IssuedCertificate {
        try Self.make(contents, for: subjectKey, issuer: (certificate, key))
    }

    /// Makes the list of certificates that are good no more. It is good for as long as the authority: a server that nobody looks
    /// after must not refuse its whole fleet because a list ran out.
    func revoke(_ certificates: [RevocationList.Entry], number: Int64) throws(CoAPError) -> RevocationList {
        try RevocationList(
            of: certificates, number: number, now: Int64(time(nil)), nextUpdate: try certificate.validity().notAfter,
            by: certificate, key: key)
    }

    private static func make(
        _ contents: Contents, for subjectKey: PrivateKey, issuer: (certificate: IssuedCertificate, key: PrivateKey)?
    ) throws(CoAPError) -> IssuedCertificate {
        let names = contents.alternativeNames.joined(separator: ",")
        let made: OpaquePointer? = contents.name.withCString { name in
            names.withCString { alternativeNames in
                var certificate = ccoap_certificate_t(
                    common_name: name, alternative_names: names.isEmpty ? nil : alternativeNames,
                    is_authority: contents.role == .authority ? 1 : 0, is_server: contents.role == .server ? 1 : 0,
                    is_client: contents.role == .client ? 1 : 0, not_before: contents.notBefore,
                    not_after: contents.notAfter)
                return ccoap_x509_make(
                    &certificate, subjectKey.pointer, issuer?.certificate.pointer, issuer?.key.pointer)
            }
        }
        guard let made else { throw .libcrypto("cannot make a certificate for '\(contents.name)'") }
        return IssuedCertificate(adopting: made)
    }
}
