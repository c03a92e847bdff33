// SPDX-License-Identifier: Apache-2.0

/// A peer's certificate that another one took the place of: it is good for a while longer, then no more, whatever it says itself.
public struct RetiredCertificate: Hashable, Sendable {
    /// Which certificate is meant.
    public enum Name: Hashable, Sendable {
        /// The SHA-256 hash of the certificate in DER: 32 bytes.
        case fingerprint([UInt8])
        /// The serial number, the highest byte first and without zeros before it, and the identifier of the key that signed it
        /// (RFC 5280 §4.1.2.2, §4.2.1.1); nil where that is not known.
        case serialNumber([UInt8], authority: [UInt8]?)
    }

    /// Which certificate is meant.
    public let name: Name

    /// The last second it is good in, in seconds since 1970.
    public let until: Int64

    /// The SHA-256 hash of the certificate in DER, 32 bytes; nil where its serial number is all that is known of it.
    public var fingerprint: [UInt8]? {
        if case .fingerprint(let bytes) = name { bytes } else { nil }
    }

    /// A certificate that was replaced.
    ///
    /// - Parameters:
    ///   - fingerprint: the SHA-256 hash of the certificate in DER: 32 bytes.
    ///   - until: the last second it is good in, in seconds since 1970.
    public init(fingerprint: [UInt8], until: Int64) {
        name = .fingerprint(fingerprint)
        self.until = until
    }

    /// A certificate of which no more is known than what a revocation list says.
    ///
    /// - Parameters:
    ///   - serialNumber: its serial number, the highest byte first.
    ///   - authority: the identifier of the key that signed it (RFC 5280 §4.2.1.1). Where this is nil, or a certificate does not say
    ///     which key signed it, every certificate of the serial number is meant.
    ///   - until: the last second it is good in, in seconds since 1970.
    public init(serialNumber: [UInt8], authority: [UInt8]?, until: Int64) {
        name = .serialNumber(Array(serialNumber.drop { $0 == 0 }), authority: authority)
        self.until = until
    }
}
