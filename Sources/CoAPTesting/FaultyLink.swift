// SPDX-License-Identifier: Apache-2.0

public import CoAP

/// A bad network between clients and a server: a UDP relay that loses, doubles, re-orders and delays datagrams.
///
/// Clients connect to ``port`` instead of the server's. Each gets a socket of its own towards the server, so the server tells them
/// apart. What goes wrong follows from the seed and the order of the datagrams.
///
/// ```swift
/// let link = try FaultyLink(to: server, toServer: .loss(0.2), toClient: .loss(0.2), seed: 1)
/// try await CoAPClient.withSession(to: link.uri(for: server), security: security) { session in … }
/// link.stop()
/// ```
public final class FaultyLink: Sendable {
    /// Where clients connect to, on the relay's address.
    public let port: UInt16

    /// The address the relay listens on, `::1` or `127.0.0.1`.
    public let host: String

    /// Where the relay listens.
    package let address: SocketAddress

    private let state = Locked(FaultyRelay.State())

    /// What became of the datagrams from clients to the server.
    public var toServer: LinkCounts { state.withLock(\.toServer) }

    /// What became of the datagrams from the server to clients.
    public var toClient: LinkCounts { state.withLock(\.toClient) }

    /// Starts to relay.
    ///
    /// - Parameters:
    ///   - server: the server; its host is an IP address.
    ///   - listen: the relay's port; 0 takes a free one.
    ///   - toServer: what goes wrong from clients to the server.
    ///   - toClient: what goes wrong from the server to clients.
    ///   - seed: where the random numbers start.
    /// - Throws: `CoAPError`: `invalidArgument` for a host that is a name, or a probability that is none; `addressUnavailable`
    ///   when the port cannot be bound; `unreachable` when there is no way to the server.
    public convenience init(
        to server: CoAPURI, listen: UInt16 = 0, toServer: LinkFaults = LinkFaults(),
        toClient: LinkFaults = LinkFaults(), seed: UInt64 = 0
    ) throws(CoAPError) {
        guard let bytes = Resolver.literal(server.host)?.bytes else {
            throw CoAPError(.invalidArgument, "the server of a faulty link is an IP address, not a name")
        }
        let loopback: [UInt8] = bytes.count == 4 ? [127, 0, 0, 1] : [UInt8](repeating: 0, count: 15) + [1]
        try self.init(
            to: try SocketAddress(bytes: bytes, port: server.port),
            listen: try SocketAddress(bytes: loopback, port: listen), toServer: toServer, toClient: toClient, seed: seed
        )
    }

    /// Starts to relay from one address to another.
    package init(
        to server: SocketAddress, listen: SocketAddress, toServer: LinkFaults, toClient: LinkFaults, seed: UInt64
    ) throws(CoAPError) {
        guard toServer.isValid, toClient.isValid else {
            throw CoAPError(
                .invalidArgument, "a link's probabilities are 0 to 1, and its times and the bit it flips not below zero"
            )
        }
        guard let bound = listen.boundSocket() else {
            throw CoAPError(
                .addressUnavailable, "\(listen) cannot be listened on; another program may have it, or it is not local")
        }
        address = bound.address
        port = bound.address.port
        host = bound.address.host
        let state = state
        let relay = FaultyRelay(
            front: bound.descriptor, server: server,
            plans: (FaultPlan(toServer, seed: seed), FaultPlan(toClient, seed: ~seed)))
        try BlockingCall.start { relay.run(state) }
    }

    deinit { stop() }

    /// A server's URI with the relay in its place; path and query stay.
    public func uri(for server: CoAPURI) -> CoAPURI {
        CoAPURI(scheme: server.scheme, host: host, port: port, path: server.path, query: server.query)
    }

    /// Lets nothing pass from now on, or everything again as the faults say: a cable that is pulled and put back.
    public func interrupt(_ isInterrupted: Bool) { state.withLock { $0.isInterrupted = isInterrupted } }

    /// Ends the relay; what is on its way is lost.
    public func stop() { state.withLock { $0.isStopped = true } }
}
