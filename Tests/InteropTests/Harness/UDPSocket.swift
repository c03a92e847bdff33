// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A bare UDP socket on this host: what is needed to misbehave on purpose.
final class UDPSocket: Sendable {
    /// Which of the loopback addresses.
    enum Family: Sendable {
        /// `127.0.0.1`
        case ipv4
        /// `::1`
        case ipv6
    }

    /// What the system said.
    struct Failure: Error, CustomStringConvertible {
        let call: String
        let number: Int32
        var description: String { "\(call): \(String(cString: strerror(number)))" }
    }

    let descriptor: Int32

    /// Opens and binds a socket; port 0 takes a free one.
    ///
    /// - Parameter isLocal: false binds every address of the host instead of the loopback one.
    init(_ family: Family = .ipv4, port: UInt16 = 0, isLocal: Bool = true) throws(Failure) {
        let domain = family == .ipv4 ? AF_INET : AF_INET6
        descriptor = socket(domain, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", number: errno) }
        var bound: Int32
        switch family {
        case .ipv4:
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = isLocal ? INADDR_LOOPBACK.bigEndian : 0
            bound = Self.with(address) { bind(descriptor, $0, $1) }
        case .ipv6:
            var only: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &only, socklen_t(MemoryLayout<Int32>.size))
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            if isLocal { address.sin6_addr = in6addr_loopback }
            bound = Self.with(address) { bind(descriptor, $0, $1) }
        }
        guard bound == 0 else {
            let number = errno
            close(descriptor)
            throw Failure(call: "bind", number: number)
        }
    }

    deinit { close(descriptor) }

    /// The port it is bound to.
    var port: UInt16 {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        // The port stands at the same place in both families.
        return UInt16(bigEndian: address.sin6_port)
    }

    /// Sends only to and receives only from this port of `127.0.0.1` from now on.
    func connect(to port: UInt16) throws(Failure) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        guard Self.with(address, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
            throw Failure(call: "connect", number: errno)
        }
    }

    /// Sends a datagram to the port it is connected to.
    func send(_ bytes: [UInt8]) throws(Failure) {
        guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw Failure(call: "send", number: errno)
        }
    }

    /// Receives a datagram, waiting at most this many seconds. Blocks its thread: for the few tests that need it.
    func receive(within seconds: Int = 120) throws(Failure) -> [UInt8] {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var buffer = [UInt8](repeating: 0, count: 2_048)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw Failure(call: "recv", number: errno) }
        return Array(buffer[..<count])
    }

    private static func with<Address>(
        _ address: Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}
