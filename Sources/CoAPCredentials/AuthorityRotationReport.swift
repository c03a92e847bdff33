// SPDX-License-Identifier: Apache-2.0

/// What making a new authority did.
public struct AuthorityRotationReport: Hashable, Sendable {
    /// What the new authority's certificate says.
    public let new: CertificateSummary
    /// What that of the old one says, which is believed beside it.
    public let old: CertificateSummary
    /// The devices that have certificates of the old one, by name.
    public let devices: [String]
    /// True when a revocation list lags behind because its authority's key is not here.
    public internal(set) var isListBehind = false
}
