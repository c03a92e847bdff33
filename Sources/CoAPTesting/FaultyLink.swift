// SPDX-License-Identifier: Apache-2.0

public import CoAP
import Glibc
public import LinkModel

/// A bad network between clients and a server: a UDP relay that loses, doubles, re-orders and delays datagrams.
///
/// Clients connect to ``port`` instead of the server's. Each gets a socket of its own towards the server, so the server tells them
/// apart. What goes wrong with the datagrams of a client follows from the seed and their order, and not from others' datagrams: the
/// n-th client that comes has the n-th random numbers, and a client with a port of its own (``privatePort(_:)``) has those of its
/// number, whenever and however often it comes.
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

    private let state = Locked(RelayState())
    private let wakeUp: WakeUp

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
    ///   - maximumFlows: how many clients there may be; the one that was silent for longest makes room. Each takes a descriptor.
    /// - Throws: `CoAPError`: `invalidArgument` for a host that is a name, or a probability that is none; `addressUnavailable`
    ///   when the port cannot be bound; `unreachable` when there is no way to the server.
    public convenience init(
        to server: CoAPURI, listen: UInt16 = 0, toServer: LinkFaults = LinkFaults(),
        toClient: LinkFaults = LinkFaults(), seed: UInt64 = 0, maximumFlows: Int = 200
    ) throws(CoAPError) {
        guard let bytes = Resolver.literal(server.host)?.bytes else {
            throw CoAPError(.invalidArgument, "the server of a faulty link is an IP address, not a name")
        }
        let loopback: [UInt8] = bytes.count == 4 ? [127, 0, 0, 1] : [UInt8](repeating: 0, count: 15) + [1]
        try self.init(
            to: try SocketAddress(bytes: bytes, port: server.port),
            listen: try SocketAddress(bytes: loopback, port: listen), toServer: toServer, toClient: toClient,
            seed: seed,
            maximumFlows: maximumFlows)
    }

    /// Starts to relay from one address to another.
    package init(
        to server: SocketAddress, listen: SocketAddress, toServer: LinkFaults, toClient: LinkFaults, seed: UInt64,
        maximumFlows: Int = 200
    ) throws(CoAPError) {
        guard toServer.isValid, toClient.isValid else {
            throw CoAPError(
                .invalidArgument,
                "a link's probabilities are 0 to 1, its times and the bit it flips not below zero, its limits above zero"
            )
        }
        guard maximumFlows > 0 else { throw CoAPError(.invalidArgument, "a link takes at least one client") }
        wakeUp = try WakeUp()
        let bound = try Self.bind(listen)
        address = bound.address
        port = bound.address.port
        host = bound.address.host
        do throws(CoAPError) {
            let relay = try FaultyRelay(
                front: RelayFront(socket: bound.descriptor, port: port), server: server, faults: (toServer, toClient),
                seed: seed, maximumFlows: maximumFlows, state: state, wakeUp: wakeUp)
            try BlockingCall.start { relay.run() }
        } catch {
            close(bound.descriptor)
            throw error
        }
    }

    private static func bind(_ address: SocketAddress) throws(CoAPError) -> (
        descriptor: Int32, address: SocketAddress
    ) {
        guard let bound = address.boundSocket() else {
            throw CoAPError(
                .addressUnavailable, "\(address) cannot be listened on; another program may have it, or it is not local"
            )
        }
        EndpointSocket.enlargeBuffers(of: bound.descriptor)
        return bound
    }

    deinit { stop() }

    /// A server's URI with the relay in its place; path and query stay.
    public func uri(for server: CoAPURI) -> CoAPURI {
        CoAPURI(scheme: server.scheme, host: host, port: port, path: server.path, query: server.query)
    }

    /// A port of the relay for one client alone: its random numbers follow from the seed and its number, so that its day is the same
    /// whoever else is there, and ``interrupt(_:clients:)`` and ``rebind(clients:)`` meet it by this port whatever its own is.
    ///
    /// - Parameter number: the client's number; asked for it again, the port is the same. Each takes a descriptor.
    /// - Returns: the port, on ``host``.
    /// - Throws: `CoAPError`: `addressUnavailable` when no port is free, `closed` when the relay has ended.
    public func privatePort(_ number: UInt64) throws(CoAPError) -> UInt16 {
        if let known = state.withLock({ $0.privatePorts[number] }) { return known }
        let bound = try Self.bind(SocketAddress(bytes: address.bytes, port: 0, scope: address.scope))
        let front = RelayFront(socket: bound.descriptor, port: bound.address.port, number: number)
        let port = state.withLock { state -> UInt16? in
            if state.isStopped { return nil }
            if let known = state.privatePorts[number] { return known }
            state.privatePorts[number] = front.port
            state.orders.append(.open(front))
            return front.port
        }
        if port != front.port { close(bound.descriptor) }
        guard let port else { throw CoAPError(.closed, "the link was stopped") }
        wakeUp.signal()
        return port
    }

    /// Lets nothing pass from now on, or everything again as the faults say: a cable that is pulled and put back.
    public func interrupt(_ isInterrupted: Bool) { state.withLock { $0.isInterrupted = isInterrupted } }

    /// The same for some clients.
    ///
    /// - Parameters:
    ///   - isInterrupted: true to let nothing pass.
    ///   - clients: the ports they send from, or their ports by ``privatePort(_:)``, which stay when a client makes a new session.
    public func interrupt(_ isInterrupted: Bool, clients: Set<UInt16>) {
        state.withLock { state in
            if isInterrupted { state.interrupted.formUnion(clients) } else { state.interrupted.subtract(clients) }
        }
    }

    /// Has the server see clients at other ports from now on, as behind a translator of addresses (NAT) that forgot them. What the
    /// server still sends to the old ports is lost.
    ///
    /// - Parameter clients: whom, as for ``interrupt(_:clients:)``; nil for all.
    public func rebind(clients: Set<UInt16>? = nil) {
        state.withLock { $0.orders.append(.rebind(clients)) }
        wakeUp.signal()
    }

    /// Ends the relay; what is on its way is lost.
    public func stop() {
        state.withLock { $0.isStopped = true }
        wakeUp.signal()
    }
}
