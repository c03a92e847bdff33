// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

/// An interface of this host.
struct NetworkInterface: Hashable {
    let name: String
    let index: UInt32

    /// The interfaces a group is used on: the one it names, else all that are up and can multicast.
    ///
    /// - Parameter loopback: whether the loopback interface counts, too; it does in any case where there is no other.
    /// - Throws: `CoAPError` with code `invalidArgument` when the one it names does not exist.
    static func all(of group: MulticastGroup, loopback: Bool) throws(CoAPError) -> [NetworkInterface] {
        if let name = group.interface {
            let index = if_nametoindex(name)
            guard index != 0 else {
                throw CoAPError(
                    .invalidArgument,
                    "there is no interface '\(PrintableText.escaped(name.utf8))' ('ip address' lists them)")
            }
            return [NetworkInterface(name: name, index: index)]
        }
        let found = up(isIPv6: group.address.isIPv6)
        let multicasting = found.filter { !$0.isLoopback }.map(\.interface)
        return loopback || multicasting.isEmpty ? found.map(\.interface) : multicasting
    }

    /// The interfaces that are up, have an address of the family, and multicast or are the loopback interface.
    private static func up(isIPv6: Bool) -> [(interface: NetworkInterface, isLoopback: Bool)] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: [(interface: NetworkInterface, isLoopback: Bool)] = []
        var entry = list
        while let current = entry {
            entry = current.pointee.ifa_next
            let flags = Int(current.pointee.ifa_flags)
            let isLoopback = flags & Int(IFF_LOOPBACK) != 0
            guard let pointer = current.pointee.ifa_addr,
                let address = SocketAddress(sockaddr: pointer, length: MemoryLayout<sockaddr_in6>.size),
                address.isIPv6 == isIPv6,
                flags & Int(IFF_UP) != 0, isLoopback || flags & Int(IFF_MULTICAST) != 0
            else { continue }
            let interface = NetworkInterface(
                name: String(cString: current.pointee.ifa_name), index: if_nametoindex(current.pointee.ifa_name))
            if interface.index != 0, !found.contains(where: { $0.interface == interface }) {
                found.append((interface, isLoopback))
            }
        }
        return found
    }
}
