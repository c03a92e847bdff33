// SPDX-License-Identifier: Apache-2.0

/// What the certificates of a folder's authorities and of its server say.
public struct OwnCertificates: Hashable, Sendable {
    /// The authority that signs; nil without one.
    public let authority: CertificateSummary?
    /// The old one whose place it takes, and which is believed beside it; nil without one.
    public let oldAuthority: CertificateSummary?
    /// The server's own; nil without one.
    public let server: CertificateSummary?
    /// True when the old authority signed the server's.
    public let isServerOfOldAuthority: Bool
}
