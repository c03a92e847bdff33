// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A UDP socket towards one address that blocks while it waits. Belongs to one thread.
final class ProbeSocket {
    /// What came.
    enum Arrival {
        case datagram([UInt8])
        /// The network says that nobody listens there.
        case refused
        /// Nothing until then.
        case nothing
    }

    let local: SocketAddress
    private let remote: SocketAddress
    private let descriptor: Int32
    private let capture: Capture?
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    deinit { close(descriptor) }

    /// - Parameter problem: says why there is no way there, when this is nil.
    init?(to remote: SocketAddress, capture: Capture?, problem: inout String) {
        errno = 0
        guard let descriptor = remote.connectedSocket() else {
            problem = String(cString: strerror(errno))
            return nil
        }
        guard let local = EndpointSocket.localAddress(of: descriptor) else {
            problem = String(cString: strerror(errno))
            close(descriptor)
            return nil
        }
        (self.remote, self.descriptor, self.local, self.capture) = (remote, descriptor, local, capture)
    }

    /// Sends a datagram; one that the system does not take is lost as on the way.
    func send(_ bytes: [UInt8]) {
        let sent = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if sent >= 0 { capture?.record(bytes, from: local, to: remote) }
    }

    /// Waits for a datagram.
    func receive(until deadline: MonotonicTime) -> Arrival {
        while true {
            var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let left = (deadline - .now).clampedNanoseconds
            guard poll(&watched, 1, Int32(clamping: left / 1_000_000 + (left > 0 ? 1 : 0))) > 0 else { return .nothing }
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count >= 0 {
                let bytes = Array(buffer.prefix(count))
                capture?.record(bytes, from: remote, to: local)
                return .datagram(bytes)
            }
            if errno == ECONNREFUSED { return .refused }
            guard errno == EAGAIN || errno == EINTR else { return .nothing }
        }
    }
}
