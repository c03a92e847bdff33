// SPDX-License-Identifier: Apache-2.0

/// The limits and deadlines of a server. Every one has a bound that a peer cannot move: a count of zero or less is taken
/// as 1, a duration of zero or less as the shortest there is.
public struct ServerConfiguration: Hashable, Sendable {
    /// How many requests of one peer may be under way at once, from 1; more answer 4.29; 64.
    public var maximumRequestsPerSession = 64

    /// How many requests may be under way in all, from 1; more answer 5.03; 10,000. Of handlers that read a body while it comes
    /// half as many may wait for its next block; beyond that those that have waited for longest are given up.
    public var maximumRequests = 10_000

    /// How many requests one address may make in a time, an IPv4 address or the /64 of an IPv6 address; more answer 4.29 with the
    /// time to wait as Max-Age, and non-confirmable ones beyond one a second are dropped. Repetitions are free, and so are, but
    /// for a sixty-fourth each, the blocks of a body behind its first. 10,000 a second and 20,000 at once, but for peers on this
    /// host; nil for no limit.
    public var addressRate: RequestRate? = RequestRate(perSecond: 10_000, burst: 20_000, sparesLoopback: true)

    /// How many requests one identity may make in a time, over all its sessions, likewise; none, since an identity may stand
    /// for a whole fleet.
    public var identityRate: RequestRate?

    /// How many plain peers are remembered at once, from 1; the one idle for longest makes room; 1,000.
    public var maximumPlainSessions = 1_000

    /// How many DTLS sessions are kept at once, from 1; 10,000. Beyond that the identity, or without one the address, that has
    /// most of them loses the one it was not heard on for longest.
    public var maximumSecureSessions = 10_000

    /// How many handshakes may be under way at once, from 1; 5,000. One address has as many at most as are left for others. Hellos
    /// of peers that have not shown to be where they say take no place.
    public var maximumHandshakes = 5_000

    /// How long a handshake may take before it is given up; 30 s.
    public var handshakeTimeout: Duration = .seconds(30)

    /// After how long without a message a plain peer is forgotten, from 1 s, in whole seconds; 250 s, just above
    /// EXCHANGE_LIFETIME (RFC 7252 §4.8.2), so that what it repeats is recognised as long as that may happen.
    public var plainSessionTimeout: Duration = .seconds(250)

    /// After how long without a message a DTLS session ends; datagrams that DTLS does not let through do not count; from
    /// 1 s; 5 min.
    public var secureSessionTimeout: Duration = .seconds(300)

    /// How many answered requests of one peer are remembered, to recognise their repetitions (RFC 7252 §4.5), 1–65,536;
    /// 1,024. Of all a few bytes are kept, of the newest 32 the whole response, of 256 while there are
    /// at most 500 peers.
    public var rememberedExchanges = 1_024

    /// How many answered requests of all peers together are remembered, some 40 bytes each; 200,000. Beyond that each peer
    /// is left the 16 newest of its own.
    public var maximumRememberedExchanges = 200_000

    /// How long a confirmable request waits for its answer before the empty acknowledgement is sent, below 2 s; 150 ms.
    public var acknowledgementDelay: Duration = .milliseconds(150)

    /// How long a handler may take, one that reads a body while it comes for each block of it; then its task is cancelled and
    /// 5.03 is answered; 120 s.
    public var handlerTimeout: Duration = .seconds(120)

    /// The largest body of a request in bytes, from 0; more answers 4.13; 1 MiB. Handlers that read the body while it comes
    /// have limits of their own.
    public var maximumBodySize = 1 << 20

    /// The largest block of a body that is sent or asked for, in bytes (RFC 7959 §2.2): 16, 32, 64, 128, 256, 512 or 1,024, and the
    /// next lower one for what is in between; 1,024. Responses above it are sent in blocks.
    public var preferredBlockSize = 1_024

    /// How many bodies of one peer may be under way in blocks at once, in each direction, from 1; beyond that the one not gone on
    /// with for longest is given up; 16.
    public var maximumTransfersPerSession = 16

    /// How many bytes the bodies under way in blocks may hold in all; beyond that those not gone on with for longest are given
    /// up; 64 MiB.
    public var maximumTransferMemory = 64 << 20

    /// After how long a body in blocks is given up that is not gone on with, from 1 s; 247 s, EXCHANGE_LIFETIME
    /// (RFC 7252 §4.8.2).
    public var transferTimeout: Duration = .seconds(247)

    /// The keys of HMACs that bodies come with, and that responses get where they are asked for; none: then they are passed by, and
    /// ``RequireDigest`` demands them in vain. With keys, one of another key answers 4.01.
    public var digestKeys = DigestKeyTable()

    /// Which peers on plain CoAP must show that they are where they say (RFC 9175 §2.4); all that are not on this host.
    public var addressValidation = AddressValidation.remotePeers

    /// How many observations one peer may have at once, from 0, which allows none; a registration beyond that is answered as a
    /// request without Observe (RFC 7641 §4.1); 64.
    public var maximumObservationsPerSession = 64

    /// How many observations all peers together may have at once, from 0; 10,000.
    public var maximumObservations = 10_000

    /// How long requests under way may go on after the server was asked to stop; 5 s.
    public var shutdownGrace: Duration = .seconds(5)

    /// The groups whose requests the plain endpoints answer, on their own ports (RFC 7252 §8); none. Answered are non-confirmable
    /// requests that change nothing; errors and empty lists are not sent.
    public var multicastGroups: [MulticastGroup] = []
    /// Within which time a request to a group is answered, at a random moment, from zero; 5 s (DEFAULT_LEISURE, RFC 7252 §8.2).
    public var multicastLeisure: Duration = .seconds(5)

    /// Where every datagram of the server is recorded, and the secrets that decrypt them; nil, which is right for everything but
    /// finding faults.
    public var capture: Capture?

    /// The default limits.
    public init() {}
}
