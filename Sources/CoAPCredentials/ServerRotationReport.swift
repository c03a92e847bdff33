// SPDX-License-Identifier: Apache-2.0

/// What giving the server a new certificate did.
public struct ServerRotationReport: Hashable, Sendable {
    /// The file of the new certificate.
    public let certificatePath: String
    /// The names and addresses it is for, as in `gateway.example` and `192.0.2.7`.
    public let hostNames: [String]
    /// Its last second, in seconds since 1970.
    public let notAfter: Int64
    /// True when the authority ends so early that the certificate is good for a shorter time than was asked for.
    public let isCutShort: Bool
    /// True when the old authority signed it still, whose place another one takes.
    public let isOfOldAuthority: Bool
    /// True when the old authority signed the one before, and the new one this.
    public let hasMoved: Bool
    /// The devices that have certificates of the old authority still, by name: they may not know the new one yet.
    public let devicesOfOldAuthority: [String]
}
