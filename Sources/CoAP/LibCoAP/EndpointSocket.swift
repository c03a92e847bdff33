// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

/// The sockets beneath libcoap's endpoints, which it does not hand out.
package enum EndpointSocket {
    /// The descriptors that an epoll descriptor watches, as the kernel lists them.
    static func watched(by epoll: Int32) -> Set<Int32> {
        guard let file = fopen("/proc/self/fdinfo/\(epoll)", "re") else { return [] }
        defer { fclose(file) }
        var found: Set<Int32> = []
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let words = text.split { $0 == " " || $0 == "\t" }
            if words.first == "tfd:", words.count > 1, let descriptor = Int32(words[1]) { found.insert(descriptor) }
        }
        return found
    }

    /// The address a socket is bound to.
    static func localAddress(of descriptor: Int32) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { return nil }
        return SocketAddress(sockaddr: &storage, length: Int(length))
    }

    /// Checks that nobody else holds an address, and picks a port where it has none: libcoap's sockets share ports, and for
    /// such sockets the system may pick one that another of them has.
    ///
    /// - Returns: the address with its port.
    /// - Throws: `CoAPError` with code `addressUnavailable` that says what to do.
    static func checkFree(_ address: SocketAddress) throws(CoAPError) -> SocketAddress {
        let descriptor = socket(address.isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { throw .system("cannot create a socket") }
        defer { close(descriptor) }
        var off: Int32 = 0
        if address.isIPv6 {
            setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, socklen_t(MemoryLayout<Int32>.size))
        }
        if address.withSockaddr({ bind(descriptor, $0, $1) }) == 0 {
            let port = localAddress(of: descriptor)?.port ?? address.port
            return try SocketAddress(bytes: address.bytes, port: port, scope: address.scope)
        }
        let advice =
            switch errno {
            case EADDRINUSE:
                "another process holds this port; stop it ('ss -ulnp' shows it) or choose another port, 0 takes a free one"
            case EADDRNOTAVAIL: "this address belongs to no interface of this host ('ip address' lists them)"
            case EACCES: "ports below 1024 need the right to bind them; choose a higher one"
            default: String(cString: strerror(errno))
            }
        throw CoAPError(.addressUnavailable, "cannot listen on \(address): \(advice)")
    }

    /// Takes back SO_REUSEADDR, which libcoap sets: with it any process could bind the same port later and get the datagrams, and
    /// the system itself could give the port to a client's socket.
    static func makeExclusive(_ descriptor: Int32) {
        var off: Int32 = 0
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &off, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Makes room for bursts; the kernel may grant less.
    package static func enlargeBuffers(of descriptor: Int32) {
        var size: Int32 = 4 << 20
        let length = socklen_t(MemoryLayout<Int32>.size)
        for (forced, plain) in [(SO_RCVBUFFORCE, SO_RCVBUF), (SO_SNDBUFFORCE, SO_SNDBUF)] {
            if setsockopt(descriptor, SOL_SOCKET, forced, &size, length) != 0 {
                setsockopt(descriptor, SOL_SOCKET, plain, &size, length)
            }
        }
    }

    /// A socket of our own on a free port of the loopback interface.
    static func loopback() throws(CoAPError) -> (descriptor: Int32, address: SocketAddress) {
        guard let bound = try SocketAddress(bytes: [127, 0, 0, 1], port: 0).boundSocket() else {
            throw .system("cannot bind a socket on the loopback interface")
        }
        return bound
    }
}
