// SPDX-License-Identifier: Apache-2.0

/// How a device proves who it is.
public enum CredentialPlan: Hashable, Sendable {
    /// By a pre-shared key of this identity.
    case preSharedKey(NamePattern)
    /// By a certificate of this name.
    case certificate(NamePattern)
    /// Not at all: plain CoAP.
    case plain
}
