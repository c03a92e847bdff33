// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

@testable import Conformance

/// A way to a server that makes it one that repeats nothing of a flight of the handshake: what comes again is swallowed. For one
/// client after the other.
final class ForgetfulRelay: Sendable {
    /// Where it listens.
    let address: SocketAddress
    private let isStopped = Locked(false)

    init(to server: SocketAddress, flight: HandshakeFlight) throws {
        guard let bound = try SocketAddress(bytes: [127, 0, 0, 1], port: 0).boundSocket() else {
            throw CoAPError(.internal, "cannot bind")
        }
        address = bound.address
        let inner = bound.descriptor
        try BlockingCall.start { [isStopped] in
            var outer: Int32 = -1
            var peer = sockaddr_storage()
            var port: UInt16 = 0
            var seen: Set<[UInt8]> = []
            while !isStopped.withLock({ $0 }) {
                var watched = [inner, outer].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                guard poll(&watched, 2, 20) > 0 else { continue }
                if watched[0].revents != 0, let datagram = Self.receive(inner, from: &peer) {
                    let sender = withUnsafeBytes(of: peer) { $0.load(fromByteOffset: 2, as: UInt16.self) }
                    if sender != port {
                        // Another port is another client.
                        if outer >= 0 { close(outer) }
                        outer = server.connectedSocket() ?? -1
                        (port, seen) = (sender, [])
                    }
                    _ = Glibc.send(outer, datagram, datagram.count, Int32(MSG_NOSIGNAL))
                }
                if watched[1].revents != 0 {
                    var ignored = sockaddr_storage()
                    guard let datagram = Self.receive(outer, from: &ignored) else { continue }
                    let isRepeated =
                        HandshakeFlight(datagram, outgoing: false) == flight
                        && !seen.insert(HandshakeFlight.head(datagram)).inserted
                    if !isRepeated { Self.send(inner, datagram, to: &peer) }
                }
            }
            close(inner)
            if outer >= 0 { close(outer) }
        }
    }

    deinit { isStopped.withLock { $0 = true } }

    private static func receive(_ descriptor: Int32, from peer: inout sockaddr_storage) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 2048)
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let count = withUnsafeMutablePointer(to: &peer) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT), $0, &length)
            }
        }
        return count >= 0 ? Array(buffer.prefix(count)) : nil
    }

    private static func send(_ descriptor: Int32, _ datagram: [UInt8], to peer: inout sockaddr_storage) {
        withUnsafeMutablePointer(to: &peer) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(
                    descriptor, datagram, datagram.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
