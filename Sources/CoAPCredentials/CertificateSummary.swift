// SPDX-License-Identifier: Apache-2.0

public import CoAPCore
import Glibc

/// What a certificate in a file says, for a listing. Nothing in it has been verified.
public struct CertificateSummary: Hashable, Sendable {
    /// The subject's distinguished name as RFC 2253 writes it, `CN=device-1`; control characters are escaped.
    public let subject: String

    /// The subject alternative names.
    public let alternativeNames: [CertificateIdentity.AlternativeName]

    /// The first second it is valid in, in seconds since 1970.
    public let notBefore: Int64

    /// The last second it is valid in, in seconds since 1970.
    public let notAfter: Int64

    /// The SHA-256 hash of the certificate in DER: 32 bytes.
    public let fingerprint: [UInt8]

    /// The day of its last second in universal time, `2028-11-23`.
    public var expiryDate: String { CalendarDate(notAfter).description }

    /// True when its last second is over, by this host's clock.
    public var hasExpired: Bool { notAfter < Int64(time(nil)) }
}
