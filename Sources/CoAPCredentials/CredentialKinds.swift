// SPDX-License-Identifier: Apache-2.0

/// Kinds of credentials a device can have.
public struct CredentialKinds: OptionSet, Hashable, Sendable {
    /// The kinds as bits.
    public let rawValue: UInt8

    /// Kinds from their bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A pre-shared key.
    public static let preSharedKey = CredentialKinds(rawValue: 1)
    /// A certificate with its private key.
    public static let certificate = CredentialKinds(rawValue: 2)
    /// Both.
    public static let both: CredentialKinds = [.preSharedKey, .certificate]
}
