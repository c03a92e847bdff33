// SPDX-License-Identifier: Apache-2.0

/// Whose notifications may have one rendering in common, when their requests are the same but for Observe, ETag, the
/// conditional attributes and what concerns blocks.
public enum RepresentationSharing: Hashable, Sendable {
    /// Those of peers with the same identity: for handlers that look at it. Peers without an identity count as one, so a
    /// handler must not tell them apart by address.
    case sameIdentity
    /// Everybody's: for representations that depend on nobody. Middleware decides by peer, so where a router has some it is
    /// taken as ``sameIdentity``.
    case allPeers
}
