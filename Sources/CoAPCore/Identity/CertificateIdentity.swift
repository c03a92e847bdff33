// SPDX-License-Identifier: Apache-2.0

/// What a verified certificate says about its holder (RFC 5280 §4.1.2.6, §4.2.1.6).
public struct CertificateIdentity: Hashable, Sendable {
    /// The subject's distinguished name as RFC 2253 writes it, `CN=device-1,O=Example`.
    public var subject: String

    /// The subject's first common name; nil when there is none.
    public var commonName: String?

    /// The subject alternative names.
    public var alternativeNames: [AlternativeName]

    /// The serial number its authority gave it: a positive number, the highest byte first, at most 20 bytes (RFC 5280 §4.1.2.2).
    public var serialNumber: [UInt8]

    /// The SHA-256 hash of the certificate in DER: 32 bytes.
    public var fingerprint: [UInt8]

    /// One subject alternative name.
    public enum AlternativeName: Hashable, Sendable {
        /// A host name.
        case dns(String)
        /// An IP address: 4 or 16 bytes.
        case ip([UInt8])
        /// A URI.
        case uri(String)
        /// A mail address.
        case email(String)
    }

    /// Makes a certificate's identity from its parts; the fingerprint is 32 bytes.
    public init(
        subject: String, commonName: String?, alternativeNames: [AlternativeName], serialNumber: [UInt8] = [],
        fingerprint: [UInt8]
    ) {
        self.subject = subject
        self.commonName = commonName
        self.alternativeNames = alternativeNames
        self.serialNumber = serialNumber
        self.fingerprint = fingerprint
    }
}
