// SPDX-License-Identifier: Apache-2.0

/// A peer's certificate that another one took the place of: it is good for a while longer, then no more, whatever it says itself.
public struct RetiredCertificate: Hashable, Sendable {
    /// The SHA-256 hash of the certificate in DER: 32 bytes.
    public let fingerprint: [UInt8]

    /// The last second it is good in, in seconds since 1970.
    public let until: Int64

    /// A certificate that was replaced.
    ///
    /// - Parameters:
    ///   - fingerprint: the SHA-256 hash of the certificate in DER: 32 bytes.
    ///   - until: the last second it is good in, in seconds since 1970.
    public init(fingerprint: [UInt8], until: Int64) {
        self.fingerprint = fingerprint
        self.until = until
    }
}
