// SPDX-License-Identifier: Apache-2.0

/// What giving a device new credentials did.
public struct RotationReport: Hashable, Sendable {
    /// The identity of the new key; nil when no key was replaced.
    public internal(set) var identity: String?
    /// The file of the new certificate; nil when none was replaced.
    public internal(set) var certificatePath: String?
    /// The last second the old ones are good in, in seconds since 1970.
    public let oldUntil: Int64
    /// True when the revocation list lags behind because the authority's key is not here.
    public internal(set) var isListBehind = false
}
