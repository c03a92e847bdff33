// SPDX-License-Identifier: Apache-2.0

/// What ending an old authority did.
public struct AuthorityRetirementReport: Hashable, Sendable {
    /// What the certificate of the old one says.
    public let old: CertificateSummary
    /// The devices whose certificates are refused along with it, by name.
    public let devices: [String]
    /// True when a revocation list lags behind because its authority's key is not here.
    public internal(set) var isListBehind = false
}
