// SPDX-License-Identifier: Apache-2.0

/// What revoking a device did.
public struct RevocationReport: Hashable, Sendable {
    /// How many keys were removed.
    public let keys: Int
    /// How many certificates are good no more.
    public let certificates: Int
    /// The day it had been revoked on before, `2026-11-27`; nil when it had not.
    public let earlierDate: String?
    /// False when no certificate is known that was made for the device: it may have one all the same, which is older than the
    /// register or was made elsewhere, and is not refused.
    public internal(set) var isCertificateKnown = true
    /// True when the revocation list lags behind because the authority's key is not here.
    public internal(set) var isListBehind = false
}
