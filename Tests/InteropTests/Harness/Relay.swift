// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// Passes datagrams between one client and a server, and loses those it is told to.
final class Relay: Sendable {
    /// Which way a datagram goes.
    enum Direction: Sendable {
        case toServer
        case toClient
    }

    /// The port for the client, on `127.0.0.1`.
    var port: UInt16 { front.port }

    /// How many datagrams came for each side, lost ones too.
    var seen: (toServer: Int, toClient: Int) { counts.withLock { $0 } }

    private let front: UDPSocket
    private let back: UDPSocket
    private let counts = Locked((toServer: 0, toClient: 0))
    private let isStopped = Locked(false)
    private let loses: @Sendable (Direction, Int, [UInt8]) -> Bool

    /// A relay to a port of `127.0.0.1`.
    ///
    /// - Parameter loses: gets each datagram with its number on its way, from 1, and says whether it is lost.
    init(to port: UInt16, losing loses: @escaping @Sendable (Direction, Int, [UInt8]) -> Bool) throws {
        front = try UDPSocket()
        back = try UDPSocket()
        self.loses = loses
        try back.connect(to: port)
        Thread.detachNewThread { self.pass() }
    }

    /// Ends the relay's thread; without this it runs until the tests end.
    func stop() {
        isStopped.withLock { $0 = true }
        // Wakes it: an empty datagram is never passed on.
        if let waker = try? UDPSocket(), (try? waker.connect(to: port)) != nil { try? waker.send([]) }
    }

    private func pass() {
        var hasClient = false
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isStopped.withLock({ $0 }) {
            var watched = [front, back].map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            guard poll(&watched, 2, -1) > 0 else { continue }
            if watched[0].revents != 0 {
                // As bytes: which module the system's type belongs to depends on the order of the imports (Swift 6.3.1).
                var address = [UInt8](repeating: 0, count: 128)
                var length = socklen_t(address.count)
                let count = address.withUnsafeMutableBytes { bytes in
                    recvfrom(
                        front.descriptor, &buffer, buffer.count, 0,
                        bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
                }
                if count > 0 {
                    let port = UInt16(address[2]) << 8 | UInt16(address[3])
                    if !hasClient { hasClient = (try? front.connect(to: port)) != nil }
                    forward(Array(buffer[..<count]), .toServer)
                }
            }
            if watched[1].revents != 0 {
                let count = recv(back.descriptor, &buffer, buffer.count, 0)
                if count > 0 { forward(Array(buffer[..<count]), .toClient) }
            }
        }
    }

    private func forward(_ datagram: [UInt8], _ direction: Direction) {
        let number = counts.withLock { counts in
            if direction == .toServer { counts.toServer += 1 } else { counts.toClient += 1 }
            return direction == .toServer ? counts.toServer : counts.toClient
        }
        guard !loses(direction, number, datagram) else { return }
        try? (direction == .toServer ? back : front).send(datagram)
    }
}
