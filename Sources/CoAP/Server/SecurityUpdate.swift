// SPDX-License-Identifier: Apache-2.0

/// What came of exchanging a running server's credentials.
public struct SecurityUpdate: Hashable, Sendable {
    /// Who was let go because what it came by is no longer good, one entry a session.
    public internal(set) var closed: [PeerIdentity] = []

    /// How many sessions go on.
    public internal(set) var kept = 0
}
