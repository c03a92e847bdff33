// SPDX-License-Identifier: Apache-2.0

/// What a keys folder holds for one device.
public struct DeviceSummary: Hashable, Sendable {
    /// The device's name: the identity of its key and the common name of its certificate.
    public let name: String

    /// True when there is a pre-shared key.
    public let hasPreSharedKey: Bool

    /// What its certificate says; nil without one.
    public let certificate: CertificateSummary?

    /// The last day of its certificate's validity in universal time, `2028-11-23`; nil without a certificate.
    public var expiryDate: String? { certificate?.expiryDate }
}
