// SPDX-License-Identifier: Apache-2.0

package import CoAP
import Dispatch
import Glibc

/// A bare UDP socket that speaks to a server on `::1` without any library in between.
package final class RawSocket: Sendable {
    private let descriptor: Int32

    package init(to uri: CoAPURI) throws {
        let loopback = try SocketAddress(bytes: [UInt8](repeating: 0, count: 15) + [1], port: uri.port)
        guard let socket = loopback.connectedSocket() else { throw CoAPError(.internal, "no socket") }
        descriptor = socket
    }

    deinit { close(descriptor) }

    package func send(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// The next datagram; nil when none comes in time. Long times are for what must come, short ones for what must not.
    package func receive(milliseconds: Int32 = 120_000) async -> [UInt8]? {
        // On a thread that may block: the tasks of a test share few threads with what they wait for.
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: self.receiveBlocking(milliseconds)) }
        }
    }

    private func receiveBlocking(_ milliseconds: Int32) -> [UInt8]? {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, milliseconds) == 1 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 2048)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count >= 0 ? Array(buffer.prefix(count)) : nil
    }

    /// Throws away what has come so far.
    package func drain() {
        var buffer = [UInt8](repeating: 0, count: 2048)
        while recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT)) >= 0 {}
    }
}
