// SPDX-License-Identifier: Apache-2.0

package import CoAP
import Glibc

/// Passes one client's datagrams to a server on `::1` and back, and lets a test speak to the server from the client's
/// address as the server sees it.
package final class UDPRelay: Sendable {
    /// The port the client connects to, on `::1`.
    package let port: UInt16
    private let front: Int32
    private let back: Int32
    private let state = Locked(State())

    private struct State {
        var isStopped = false
        var hellos = 0
    }

    /// How many hellos with a cookie have passed: one for each handshake.
    package var handshakes: Int { state.withLock { $0.hellos } }

    /// Starts to pass datagrams.
    package init(to server: CoAPURI) throws {
        let loopback = [UInt8](repeating: 0, count: 15) + [1]
        guard let back = try SocketAddress(bytes: loopback, port: server.port).connectedSocket() else {
            throw CoAPError(.internal, "no socket")
        }
        self.back = back
        guard let bound = try SocketAddress(bytes: loopback, port: 0).boundSocket() else {
            throw CoAPError(.internal, "cannot bind the relay")
        }
        front = bound.descriptor
        port = bound.address.port
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<UDPRelay>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    /// Sends a datagram to the server from the address it knows the client by.
    package func sendToServer(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { send(back, $0.baseAddress, $0.count, 0) }
    }

    /// Ends the relay.
    package func stop() { state.withLock { $0.isStopped = true } }

    private func run() {
        defer {
            close(front)
            close(back)
        }
        var buffer = [UInt8](repeating: 0, count: 2048)
        var polls = [
            pollfd(fd: front, events: Int16(POLLIN), revents: 0), pollfd(fd: back, events: Int16(POLLIN), revents: 0),
        ]
        // Whoever spoke last: a client that makes a new session comes from a new port.
        var client = sockaddr_storage()
        var length: socklen_t = 0
        while !state.withLock({ $0.isStopped }) {
            guard poll(&polls, 2, 50) > 0 else { continue }
            withUnsafeMutablePointer(to: &client) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    if polls[0].revents != 0 {
                        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                        let count = recvfrom(front, &buffer, buffer.count, 0, address, &length)
                        // A hello with a cookie is longer than one without by the cookie's bytes; its length stands in byte
                        // 60.
                        if count > 61, buffer[0] == 22, buffer[13] == 1, buffer[59] == 0, buffer[60] > 0 {
                            state.withLock { $0.hellos += 1 }
                        }
                        if count > 0 { send(back, buffer, count, 0) }
                    }
                    if polls[1].revents != 0 {
                        let count = recv(back, &buffer, buffer.count, 0)
                        if count > 0, length > 0 { sendto(front, buffer, count, 0, address, length) }
                    }
                }
            }
        }
    }
}
