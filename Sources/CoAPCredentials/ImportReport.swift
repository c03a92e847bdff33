// SPDX-License-Identifier: Apache-2.0

/// What importing a certificate did.
public struct ImportReport: Hashable, Sendable {
    /// Where it stands now.
    public let path: String
    /// What each of its certificates says.
    public let certificates: [CertificateSummary]
    /// True for authorities, whose devices are all let in; false for one device's own certificate.
    public let isAuthority: Bool
    /// True when it was added, false when it was there.
    public let wasAdded: Bool
    /// How many revocation lists were taken up, as new or newer ones.
    public let revocationLists: Int
    /// The day since when the certificate is refused all the same, `2026-11-27`; nil when it is not.
    public internal(set) var refusedSince: String?
}
