// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// Counts what goes over the sockets of one client's connection, one after the other or side by side. Confined to its loop.
final class TrafficMeter {
    private let loop: EventLoop
    private let counted: UnsafeMutablePointer<ccoap_traffic_t>
    /// How many handshakes were completed.
    var handshakes = 0

    init(loop: EventLoop) {
        self.loop = loop
        counted = .allocate(capacity: 1)
        counted.initialize(to: ccoap_traffic_t())
    }

    // Nothing counts any more: each socket's link holds this until the socket is forgotten.
    deinit { counted.deallocate() }

    /// Counts what goes over the socket that the closure has libcoap connect, from its first datagram on.
    ///
    /// - Returns: what the closure returns, and the socket for ``forget(_:)``.
    func counting<Result>(_ body: () throws(CoAPError) -> Result) throws(CoAPError) -> (Result, socket: Int32) {
        loop.preconditionOnLoop()
        ccoap_traffic_begin(counted)
        do throws(CoAPError) {
            let result = try body()
            return (result, ccoap_traffic_end())
        } catch {
            forget(ccoap_traffic_end())
            throw error
        }
    }

    /// Counts nothing more of a socket that has ended.
    func forget(_ socket: Int32) {
        loop.preconditionOnLoop()
        ccoap_traffic_forget(socket)
    }

    /// What was counted so far.
    var counts: TrafficCounts {
        loop.preconditionOnLoop()
        var counts = TrafficCounts()
        counts.datagramsSent = Int(counted.pointee.datagrams_sent)
        counts.bytesSent = Int(counted.pointee.bytes_sent)
        counts.datagramsReceived = Int(counted.pointee.datagrams_received)
        counts.bytesReceived = Int(counted.pointee.bytes_received)
        counts.handshakes = handshakes
        return counts
    }
}
