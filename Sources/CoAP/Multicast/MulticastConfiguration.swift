// SPDX-License-Identifier: Apache-2.0

/// How long answers to a multicast request are collected, and how many.
public struct MulticastConfiguration: Hashable, Sendable {
    /// The UDP port of the servers; 5683.
    public var port: UInt16 = CoAPURI.Scheme.coap.defaultPort
    /// How long answers are waited for; 6 s: servers take up to 5 s (DEFAULT_LEISURE, RFC 7252 §8.2, §4.8), and the way
    /// there and back some time. From 1 ms.
    public var duration: Duration = .seconds(6)
    /// After how many answers no more are waited for, 1–65,536; 1,000.
    public var maximumResponses = 1_000
    /// How many routers the request may pass (TTL, hop limit), 1–255; 1, which stays on the link.
    public var hops = 1

    /// The defaults.
    public init() {}
}
