// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc
import LinkModel

/// The sockets of a ``FaultyLink``, which belong to its thread.
final class FaultyRelay: @unchecked Sendable {
    // Sendable: made by one thread and handed to another one, which alone uses it from then on.
    private struct Datagram {
        let bytes: [UInt8]
        let flow: RelayFlow
        let goesToServer: Bool
    }

    /// How many datagrams may be under way at once; what comes then is lost.
    private static let maximumUnderWay = 100_000
    /// How many datagrams a socket gives in one turn, so that none keeps the others waiting.
    private static let turn = 64

    private let server: SocketAddress
    private let faults: (toServer: LinkFaults, toClient: LinkFaults)
    private let seed: UInt64
    private let maximumFlows: Int
    private let state: Locked<RelayState>
    private let wakeUp: WakeUp
    private let epoll: Epoll
    private let started = MonotonicTime.now

    private var fronts: [Int32: RelayFront] = [:]
    private var flows: [RelayFlow.Key: RelayFlow] = [:]
    private var flowsBySocket: [Int32: RelayFlow] = [:]
    private var privatePlans: [UInt64: RelayPlans] = [:]
    private var lastNumber: UInt64 = 0
    private var underWay = TimerQueue<Datagram>()
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    init(
        front: RelayFront, server: SocketAddress, faults: (LinkFaults, LinkFaults), seed: UInt64, maximumFlows: Int,
        state: Locked<RelayState>, wakeUp: WakeUp
    ) throws(CoAPError) {
        self.server = server
        self.faults = faults
        self.seed = seed
        self.maximumFlows = maximumFlows
        self.state = state
        self.wakeUp = wakeUp
        epoll = try Epoll()
        try epoll.add(wakeUp.fileDescriptor)
        try epoll.add(front.socket)
        fronts[front.socket] = front
    }

    /// Relays until it is told to stop.
    func run() {
        defer { closeAll() }
        while !state.withLock(\.isStopped) {
            var wait: Int32 = -1
            if let next = underWay.earliest() {
                // Rounded up, so that it is due when the wait is over.
                wait = Int32(min(60_000, ((next - .now).inSeconds * 1000).rounded(.up)))
            }
            epoll.wait(milliseconds: wait) { socket in
                if let front = fronts[socket] {
                    receive(by: front)
                } else if let flow = flowsBySocket[socket] {
                    receive(for: flow)
                } else if socket == wakeUp.fileDescriptor {
                    wakeUp.clear()
                    carryOutOrders()
                }
            }
            while let due = underWay.popDue(at: .now) { deliver(due) }
        }
    }

    private func closeAll() {
        carryOutOrders()
        for socket in fronts.keys { close(socket) }
        for socket in flowsBySocket.keys { close(socket) }
    }

    // MARK: Orders

    private func carryOutOrders() {
        let orders = state.withLock { state in
            defer { state.orders.removeAll() }
            return state.orders
        }
        for order in orders {
            switch order {
            case .open(let front):
                fronts[front.socket] = front
                try? epoll.add(front.socket)
            case .rebind(let ports):
                for flow in flows.values where ports.map(flow.isMeant) ?? true { rebind(flow) }
            }
        }
    }

    /// Gives a flow another port; what the server still sends to the old one is lost.
    private func rebind(_ flow: RelayFlow) {
        guard let socket = openSocket() else { return }
        closeSocket(of: flow)
        flow.socket = socket
        flowsBySocket[socket] = flow
    }

    // MARK: Receiving

    private func receive(by front: RelayFront) {
        for _ in 0..<Self.turn {
            var peer = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let count = withUnsafeMutablePointer(to: &peer) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(front.socket, &buffer, buffer.count, Int32(MSG_DONTWAIT), $0, &length)
                }
            }
            guard count >= 0 else { return }
            guard let client = SocketAddress(sockaddr: &peer, length: Int(length)) else { continue }
            if let flow = flow(of: client, by: front) {
                pass(count, of: flow, toServer: true)
            } else {
                let fate = LinkFate(loss: .overflow)
                state.withLock { $0.toServer.add(fate, isFlipped: false, isStopped: false) }
            }
        }
    }

    private func receive(for flow: RelayFlow) {
        let socket = flow.socket
        for _ in 0..<Self.turn where flow.socket == socket {
            let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count >= 0 else { return }
            pass(count, of: flow, toServer: false)
        }
    }

    /// Has the datagram in the buffer arrive when it is time, or not at all.
    private func pass(_ count: Int, of flow: RelayFlow, toServer: Bool) {
        let sent = Array(buffer[..<count])
        let bytes = (toServer ? faults.toServer : faults.toClient).damaged(sent)
        let now = MonotonicTime.now
        var fate =
            toServer
            ? flow.plans.toServer.next(size: count, at: now - started)
            : flow.plans.toClient.next(size: count, at: now - started)
        if underWay.count >= Self.maximumUnderWay, fate.loss == nil { fate = LinkFate(loss: .overflow) }
        let (isStopped, hasOrders) = state.withLock { state in
            let isStopped = state.stops(flow)
            let isFlipped = bytes != sent
            if toServer {
                state.toServer.add(fate, isFlipped: isFlipped, isStopped: isStopped)
            } else {
                state.toClient.add(fate, isFlipped: isFlipped, isStopped: isStopped)
            }
            return (isStopped, !state.orders.isEmpty)
        }
        // What was ordered before the datagram was sent holds for it.
        if hasOrders { carryOutOrders() }
        if isStopped { return }
        for time in fate.times {
            let datagram = Datagram(bytes: bytes, flow: flow, goesToServer: toServer)
            // What takes no time keeps its order.
            if time == .zero { deliver(datagram) } else { _ = underWay.add(datagram, at: now + time) }
        }
    }

    private func deliver(_ datagram: Datagram) {
        let flow = datagram.flow
        guard datagram.goesToServer else { return flow.key.client.send(datagram.bytes, from: flow.front.socket) }
        guard flow.socket >= 0 else { return }
        // The network's answer to a datagram before, that nobody listens, keeps the next one from being sent.
        if send(flow.socket, datagram.bytes, datagram.bytes.count, 0) < 0, errno == ECONNREFUSED {
            _ = send(flow.socket, datagram.bytes, datagram.bytes.count, 0)
        }
    }

    // MARK: Flows

    private func flow(of client: SocketAddress, by front: RelayFront) -> RelayFlow? {
        let key = RelayFlow.Key(client: client, front: front.socket)
        if let flow = flows[key] {
            flow.lastUsed = .now
            return flow
        }
        if flows.count >= maximumFlows, let oldest = flows.values.min(by: { $0.lastUsed < $1.lastUsed }) {
            flows[oldest.key] = nil
            closeSocket(of: oldest)
        }
        guard let socket = openSocket() else { return nil }
        let flow = RelayFlow(key, front: front, plans: plans(for: front), socket: socket)
        flows[key] = flow
        flowsBySocket[socket] = flow
        return flow
    }

    private func plans(for front: RelayFront) -> RelayPlans {
        guard let number = front.number else {
            lastNumber += 1
            return RelayPlans(faults, seed: seed, number: lastNumber, isPrivate: false)
        }
        if let plans = privatePlans[number] { return plans }
        let plans = RelayPlans(faults, seed: seed, number: number, isPrivate: true)
        privatePlans[number] = plans
        return plans
    }

    private func openSocket() -> Int32? {
        guard let socket = server.connectedSocket() else { return nil }
        do throws(CoAPError) {
            try epoll.add(socket)
        } catch {
            close(socket)
            return nil
        }
        EndpointSocket.enlargeBuffers(of: socket)
        return socket
    }

    private func closeSocket(of flow: RelayFlow) {
        flowsBySocket[flow.socket] = nil
        // Closing takes it out of the epoll set, too.
        close(flow.socket)
        flow.socket = -1
    }
}
