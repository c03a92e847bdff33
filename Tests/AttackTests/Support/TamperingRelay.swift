// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Glibc

/// A man in the middle: sees each datagram between a client and a server, and passes on what he likes.
final class TamperingRelay: Sendable {
    /// Which way a datagram goes.
    enum Direction: Sendable {
        case toServer
        case toClient
    }

    /// What is passed on in place of a datagram.
    typealias Rule = @Sendable (Direction, [UInt8]) -> [[UInt8]]

    /// The port for the client, on 127.0.0.1.
    let port: UInt16

    private struct State {
        var isStopped = false
        var recorded: [(direction: Direction, bytes: [UInt8])] = []
        var client: SocketAddress?
        var rule: Rule
    }

    private let front: Int32
    private let back: Int32
    private let state: Locked<State>

    /// A relay to a port of 127.0.0.1.
    init(to server: UInt16, rule: @escaping Rule = { [$1] }) throws {
        guard let back = try SocketAddress(bytes: [127, 0, 0, 1], port: server).connectedSocket() else {
            throw CoAPError(.internal, "no socket towards the server")
        }
        guard let bound = try SocketAddress(bytes: [127, 0, 0, 1], port: 0).boundSocket() else {
            close(back)
            throw CoAPError(.internal, "no socket towards the client")
        }
        self.back = back
        front = bound.descriptor
        port = bound.address.port
        state = Locked(State(rule: rule))
        Thread.detachNewThread { [self] in pass() }
    }

    /// What has come so far in one direction, before anything was done to it.
    func recorded(_ direction: Direction) -> [[UInt8]] {
        state.withLock { $0.recorded.filter { $0.direction == direction }.map(\.bytes) }
    }

    /// The port of the client that spoke last, on 127.0.0.1.
    var clientPort: UInt16? { state.withLock { $0.client?.port } }

    /// From now on another rule holds.
    func setRule(_ rule: @escaping Rule) { state.withLock { $0.rule = rule } }

    /// Sends a datagram to the server from the address it knows the client by.
    func sendToServer(_ bytes: [UInt8]) { send(back, bytes, bytes.count, 0) }

    /// Sends a datagram to the client from the address it knows the server by.
    func sendToClient(_ bytes: [UInt8]) { state.withLock { $0.client }?.send(bytes, from: front) }

    /// Ends the relay.
    func stop() { state.withLock { $0.isStopped = true } }

    private func pass() {
        defer {
            close(front)
            close(back)
        }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !state.withLock(\.isStopped) {
            var watched = [front, back].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&watched, 2, 50) > 0 else { continue }
            if watched[0].revents != 0 {
                var address = [UInt8](repeating: 0, count: 128)
                var length = socklen_t(address.count)
                let count = address.withUnsafeMutableBytes { bytes in
                    recvfrom(
                        front, &buffer, buffer.count, 0, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                        &length)
                }
                if count > 0 {
                    let client = address.withUnsafeBytes { bytes in
                        bytes.baseAddress.flatMap { SocketAddress(sockaddr: $0, length: Int(length)) }
                    }
                    state.withLock { $0.client = client }
                    forward(.toServer, Array(buffer[..<count]))
                }
            }
            if watched[1].revents != 0 {
                let count = recv(back, &buffer, buffer.count, 0)
                if count > 0 { forward(.toClient, Array(buffer[..<count])) }
            }
        }
    }

    private func forward(_ direction: Direction, _ datagram: [UInt8]) {
        let rule = state.withLock { state in
            state.recorded.append((direction, datagram))
            return state.rule
        }
        for bytes in rule(direction, datagram) {
            if direction == .toServer { sendToServer(bytes) } else { sendToClient(bytes) }
        }
    }
}
