// SPDX-License-Identifier: Apache-2.0

import CoAP
import Dispatch
import Glibc

/// A UDP socket on a free port of 127.0.0.1 that speaks to any other one there.
final class BareSocket: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        guard let bound = try SocketAddress(bytes: [127, 0, 0, 1], port: 0).boundSocket() else {
            throw CoAPError(.internal, "no socket")
        }
        descriptor = bound.descriptor
        port = bound.address.port
    }

    deinit { close(descriptor) }

    var uri: CoAPURI { CoAPURI(scheme: .coap, host: "127.0.0.1", port: port) }

    func send(_ text: String, to port: UInt16) {
        try? SocketAddress(bytes: [127, 0, 0, 1], port: port).send(Array(text.utf8), from: descriptor)
    }

    /// The next datagram, with the port it came from; nil when none comes for two minutes.
    func receive() async -> (text: String, port: UInt16)? {
        // On a thread that may block: the tasks of a test share few threads with what they wait for.
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: self.receiveBlocking()) }
        }
    }

    private func receiveBlocking() -> (text: String, port: UInt16)? {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, 120_000) == 1 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 2048)
        var peer = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let count = withUnsafeMutablePointer(to: &peer) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length)
            }
        }
        guard count >= 0, let sender = SocketAddress(sockaddr: &peer, length: Int(length)) else { return nil }
        return (String(decoding: buffer[..<count], as: UTF8.self), sender.port)
    }
}
