// SPDX-License-Identifier: Apache-2.0

// The addresses of sockets are this module's or Glibc's, whichever the compiler meets first.
import CLibCoAP
import Foundation

/// Whether this host multicasts on its loopback interface: a container's may not.
enum LoopbackMulticast {
    /// The group of all CoAP nodes.
    static let group = "224.0.1.187"
    /// The interface's name.
    static let interface = "lo"

    /// True when a datagram to the group comes back. Asked of the system alone: what is tested must not skip its own test.
    static let isPossible: Bool = {
        let index = if_nametoindex(interface)
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard index != 0, descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var request = ip_mreqn()
        // By its bytes: which module the fields of addresses belong to depends on what else is compiled with this file.
        var bytes = inet_addr(group)
        memcpy(&request.imr_multiaddr, &bytes, MemoryLayout.size(ofValue: bytes))
        request.imr_ifindex = Int32(bitPattern: index)
        let size = socklen_t(MemoryLayout<ip_mreqn>.size)
        // The family, port 0 and the group.
        var address = [sa_family_t(AF_INET), 0, 0, 0, 0, 0, 0, 0]
        memcpy(&address[2], &bytes, MemoryLayout.size(ofValue: bytes))
        var length = socklen_t(address.count * MemoryLayout<sa_family_t>.size)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        return address.withUnsafeMutableBufferPointer { words -> Bool in
            guard let base = words.baseAddress else { return false }
            return base.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                var byte: UInt8 = 1
                return bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
                    && setsockopt(descriptor, Int32(IPPROTO_IP), IP_ADD_MEMBERSHIP, &request, size) == 0
                    && setsockopt(descriptor, Int32(IPPROTO_IP), IP_MULTICAST_IF, &request, size) == 0
                    && setsockopt(
                        descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size)) == 0
                    && sendto(descriptor, &byte, 1, 0, address, length) == 1 && recv(descriptor, &byte, 1, 0) == 1
            }
        }
    }()
}
