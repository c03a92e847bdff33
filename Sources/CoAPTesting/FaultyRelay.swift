// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

/// The sockets of a ``FaultyLink``, which belong to its thread.
final class FaultyRelay: @unchecked Sendable {
    // Sendable: made by one thread and handed to another one, which alone uses it from then on.

    /// What is known of it elsewhere.
    struct State {
        var isStopped = false
        var isInterrupted = false
        var toServer = LinkCounts()
        var toClient = LinkCounts()
    }

    /// One client and its socket towards the server.
    private struct Flow {
        let client: SocketAddress
        let socket: Int32
        var lastUsed: MonotonicTime
    }

    private struct Datagram {
        var bytes: [UInt8]
        let client: SocketAddress
        let goesToServer: Bool
    }

    /// How many clients there may be; the one that was silent for longest makes room.
    private static let maximumFlows = 200

    private let front: Int32
    private let server: SocketAddress
    private var plans: (toServer: FaultPlan, toClient: FaultPlan)
    private var flows: [Flow] = []
    private var onTheWay = TimerQueue<Datagram>()
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    init(front: Int32, server: SocketAddress, plans: (FaultPlan, FaultPlan)) {
        self.front = front
        self.server = server
        self.plans = plans
    }

    /// Relays until it is told to stop.
    func run(_ state: Locked<State>) {
        defer { for socket in [front] + flows.map(\.socket) { close(socket) } }
        while !state.withLock(\.isStopped) {
            var polls = ([front] + flows.map(\.socket)).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            var wait: Int32 = 50
            if let next = onTheWay.earliest() {
                // Rounded up, so that it is due when the wait is over.
                wait = Int32(min(Double(wait), ((next - .now).inSeconds * 1000).rounded(.up)))
            }
            if poll(&polls, nfds_t(polls.count), wait) > 0 {
                if polls[0].revents != 0 { receiveFromClient(state) }
                // Flows are added at the end only, so the numbers still fit, unless one made room.
                for index in polls.indices.dropFirst() where polls[index].revents != 0 {
                    guard let flow = flows.firstIndex(where: { $0.socket == polls[index].fd }) else { continue }
                    receiveFromServer(flow, state)
                }
            }
            while let due = onTheWay.popDue(at: .now) { deliver(due) }
        }
    }

    private func receiveFromClient(_ state: Locked<State>) {
        var peer = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let count = withUnsafeMutablePointer(to: &peer) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(front, &buffer, buffer.count, Int32(MSG_DONTWAIT), $0, &length)
            }
        }
        guard count >= 0, let client = SocketAddress(sockaddr: &peer, length: Int(length)) else { return }
        pass(Datagram(bytes: Array(buffer.prefix(count)), client: client, goesToServer: true), state)
    }

    private func receiveFromServer(_ index: Int, _ state: Locked<State>) {
        let count = recv(flows[index].socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        guard count >= 0 else { return }
        pass(
            Datagram(bytes: Array(buffer.prefix(count)), client: flows[index].client, goesToServer: false), state)
    }

    /// Has a datagram arrive when it is time, or not at all.
    private func pass(_ datagram: Datagram, _ state: Locked<State>) {
        var datagram = datagram
        let plan = datagram.goesToServer ? plans.toServer : plans.toClient
        let sent = datagram.bytes
        datagram.bytes = plan.faults.damaged(sent)
        let isFlipped = datagram.bytes != sent
        var isHeldBack = false
        let times =
            datagram.goesToServer
            ? plans.toServer.next(isHeldBack: &isHeldBack) : plans.toClient.next(isHeldBack: &isHeldBack)
        let isInterrupted = state.withLock { state in
            let path = datagram.goesToServer ? \State.toServer : \State.toClient
            state[keyPath: path].received += 1
            if times.isEmpty || state.isInterrupted {
                state[keyPath: path].lost += 1
            } else {
                if times.count > 1 { state[keyPath: path].duplicated += 1 }
                if isHeldBack { state[keyPath: path].reordered += 1 }
                if isFlipped { state[keyPath: path].flipped += 1 }
            }
            return state.isInterrupted
        }
        if isInterrupted { return }
        let now = MonotonicTime.now
        for time in times {
            // What takes no time keeps its order.
            if time == .zero { deliver(datagram) } else { _ = onTheWay.add(datagram, at: now + time) }
        }
    }

    private func deliver(_ datagram: Datagram) {
        if datagram.goesToServer {
            guard let socket = socket(for: datagram.client) else { return }
            _ = send(socket, datagram.bytes, datagram.bytes.count, 0)
        } else {
            datagram.client.send(datagram.bytes, from: front)
        }
    }

    private func socket(for client: SocketAddress) -> Int32? {
        if let index = flows.firstIndex(where: { $0.client == client }) {
            flows[index].lastUsed = .now
            return flows[index].socket
        }
        if flows.count == Self.maximumFlows,
            let oldest = flows.indices.min(by: { flows[$0].lastUsed < flows[$1].lastUsed })
        {
            close(flows.remove(at: oldest).socket)
        }
        guard let socket = server.connectedSocket() else { return nil }
        flows.append(Flow(client: client, socket: socket, lastUsed: .now))
        return socket
    }
}
