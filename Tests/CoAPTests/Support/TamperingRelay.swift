// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Glibc

extension FakeServer {
    /// Stands between a client and a plain server on `::1`, and hands on each request as a test changes it.
    static func relay(
        to server: CoAPURI, changing change: @escaping @Sendable (inout Message) -> Void
    ) throws -> FakeServer {
        let link = try RelayLink(to: server)
        return try FakeServer { _, datagram, _ in
            guard var message = Message(datagram) else { return [] }
            guard message.code.class == 0, message.code != .empty else {
                link.send(datagram)
                return []
            }
            change(&message)
            link.send(message.bytes)
            // Behind an empty acknowledgement the response comes by itself.
            var replies: [[UInt8]] = []
            while let reply = link.receive() {
                replies.append(reply)
                if Message(reply)?.code != .empty { break }
            }
            return replies
        }
    }
}

/// The socket of a relay towards its server; its thread may wait.
private final class RelayLink: Sendable {
    private let descriptor: Int32

    init(to server: CoAPURI) throws {
        let loopback = try SocketAddress(bytes: [UInt8](repeating: 0, count: 15) + [1], port: server.port)
        guard let socket = loopback.connectedSocket() else { throw CoAPError(.internal, "no socket") }
        descriptor = socket
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
    }

    func receive() -> [UInt8]? {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, 120_000) == 1 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 2048)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count >= 0 ? Array(buffer.prefix(count)) : nil
    }
}
