// SPDX-License-Identifier: Apache-2.0

/// Something that runs out one day.
public struct ExpiringCredential: Hashable, Sendable {
    /// Whose it is.
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// The authority's certificate, or its revocation list.
        case authority
        /// The server's certificate.
        case server
        /// A device's key or certificate.
        case device = "devices"
    }

    /// Whose it is.
    public let kind: Kind
    /// What it is, for a message: `the certificate of pump-3`.
    public let name: String
    /// Its last second, in seconds since 1970.
    public let notAfter: Int64
    /// The command that sees to it, mostly by putting something new in its place; nil where there is none.
    public let renewal: String?

    /// Something that runs out.
    ///
    /// - Parameters:
    ///   - kind: whose it is.
    ///   - name: what it is, for a message.
    ///   - notAfter: its last second, in seconds since 1970.
    ///   - renewal: the command that sees to it; nil where there is none.
    public init(kind: Kind, name: String, notAfter: Int64, renewal: String? = nil) {
        self.kind = kind
        self.name = name
        self.notAfter = notAfter
        self.renewal = renewal
    }
}
