// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

/// A UDP socket that sends to groups, or hears them. Closed when nobody holds it.
final class MulticastSocket {
    let descriptor: Int32
    private let isIPv6: Bool

    /// The most bytes that are read of a datagram; longer ones are passed over.
    static let largestDatagram = 1500

    private init(isIPv6: Bool) throws(CoAPError) {
        self.isIPv6 = isIPv6
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, type, 0)
        guard descriptor >= 0 else { throw .system("cannot create a socket") }
        if isIPv6 { try set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        // Only the groups this socket has joined itself, not those of every other process.
        hearOwnGroupsOnly(descriptor)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// A socket on a free port that sends to a group.
    ///
    /// - Parameter hops: how many routers it may pass, from 1, which stays on the link.
    static func sender(to group: MulticastGroup, hops: Int) throws(CoAPError) -> MulticastSocket {
        let socket = try MulticastSocket(isIPv6: group.address.isIPv6)
        let hops = Int32(clamping: min(max(1, hops), 255))
        if socket.isIPv6 {
            try socket.set(Int32(IPPROTO_IPV6), IPV6_MULTICAST_HOPS, hops)
        } else {
            try socket.set(Int32(IPPROTO_IP), IP_MULTICAST_TTL, hops)
        }
        return socket
    }

    /// A socket that hears what is sent to a group on one interface and this port.
    ///
    /// - Parameter endpoint: the endpoint's own socket. It may hold the port on every address, so for a moment both allow
    ///   the port to be shared.
    static func listener(
        to group: MulticastGroup, on interface: NetworkInterface, port: UInt16, beside endpoint: Int32
    ) throws(CoAPError) -> MulticastSocket {
        let socket = try MulticastSocket(isIPv6: group.address.isIPv6)
        let descriptor = socket.descriptor
        let isLinkLocal = group.address.bytes.starts(with: [0xFF, 2])
        let local = try SocketAddress(
            bytes: group.address.bytes, port: port, scope: isLinkLocal ? interface.index : 0)
        allowSharing(endpoint, true)
        allowSharing(descriptor, true)
        let bound = local.withSockaddr { bind(descriptor, $0, $1) }
        let failure = errno
        allowSharing(endpoint, false)
        // This one stays shareable: other servers of this host may hear the group on the same port.
        guard bound == 0 else { throw .system("cannot hear \(group) on port \(port)", number: failure) }
        let joined: Int32
        if socket.isIPv6 {
            var request = ipv6_mreq()
            withUnsafeMutableBytes(of: &request.ipv6mr_multiaddr) { $0.copyBytes(from: group.address.bytes) }
            request.ipv6mr_interface = interface.index
            joined = setsockopt(
                descriptor, Int32(IPPROTO_IPV6), IPV6_JOIN_GROUP, &request, socklen_t(MemoryLayout<ipv6_mreq>.size))
        } else {
            var request = ip_mreqn()
            withUnsafeMutableBytes(of: &request.imr_multiaddr) { $0.copyBytes(from: group.address.bytes) }
            request.imr_ifindex = Int32(bitPattern: interface.index)
            joined = setsockopt(
                descriptor, Int32(IPPROTO_IP), IP_ADD_MEMBERSHIP, &request, socklen_t(MemoryLayout<ip_mreqn>.size))
        }
        guard joined == 0 else { throw .system("cannot join \(group) on \(interface.name)") }
        return socket
    }

    /// Sends a datagram to the group on one interface.
    func send(_ bytes: [UInt8], to group: MulticastGroup, port: UInt16, on interface: NetworkInterface)
        throws(CoAPError)
    {
        if isIPv6 {
            try set(Int32(IPPROTO_IPV6), IPV6_MULTICAST_IF, Int32(bitPattern: interface.index))
        } else {
            var request = ip_mreqn()
            request.imr_ifindex = Int32(bitPattern: interface.index)
            let size = socklen_t(MemoryLayout<ip_mreqn>.size)
            guard setsockopt(descriptor, Int32(IPPROTO_IP), IP_MULTICAST_IF, &request, size) == 0 else {
                throw .system("cannot multicast on \(interface.name)")
            }
        }
        let target = try SocketAddress(
            bytes: group.address.bytes, port: port,
            scope: group.address.bytes.starts(with: [0xFF, 2]) ? interface.index : 0)
        guard Self.send(bytes, to: target, from: descriptor) else {
            throw .system("cannot send to \(group) on \(interface.name)")
        }
    }

    /// The next datagram and where it comes from; nil when there is none. One that is too long is empty.
    func receive() -> (bytes: [UInt8], source: SocketAddress)? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var buffer = [UInt8](repeating: 0, count: Self.largestDatagram)
        let count = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, &buffer, buffer.count, Int32(MSG_TRUNC), $0, &length)
            }
        }
        guard count >= 0, let source = SocketAddress(sockaddr: &storage, length: Int(length)) else { return nil }
        return (count <= buffer.count ? Array(buffer.prefix(count)) : [], source)
    }

    /// Sends a datagram to one host; false when the system does not take it.
    @discardableResult
    static func send(_ bytes: [UInt8], to target: SocketAddress, from descriptor: Int32) -> Bool {
        target.withSockaddr { sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, $1) } >= 0
    }

    private func set(_ level: Int32, _ option: Int32, _ value: Int32) throws(CoAPError) {
        var value = value
        guard setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw .system("cannot set up a socket for many hosts")
        }
    }

    private static func allowSharing(_ descriptor: Int32, _ isAllowed: Bool) {
        var value: Int32 = isAllowed ? 1 : 0
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}

/// Has a socket hear no group it has not joined itself: otherwise one that is bound to every address hears those of all
/// processes. Not all of the options go with every family, and kernels before 4.20 know one only.
func hearOwnGroupsOnly(_ descriptor: Int32) {
    var off: Int32 = 0
    let size = socklen_t(MemoryLayout<Int32>.size)
    // IP_MULTICAST_ALL and IPV6_MULTICAST_ALL of linux/in.h and linux/in6.h.
    setsockopt(descriptor, Int32(IPPROTO_IP), 49, &off, size)
    setsockopt(descriptor, Int32(IPPROTO_IPV6), 29, &off, size)
}
