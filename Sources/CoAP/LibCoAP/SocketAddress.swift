// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

/// An IP address and UDP port.
public struct SocketAddress: Hashable, Sendable {
    /// The address: 4 bytes for IPv4, 16 for IPv6, in network order.
    public let bytes: [UInt8]

    /// The UDP port.
    public let port: UInt16

    /// The interface a link-local IPv6 address belongs to; 0 for none.
    public let scope: UInt32

    /// An address from its 4 or 16 bytes, port and scope.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` for any other number of bytes.
    public init(bytes: [UInt8], port: UInt16, scope: UInt32 = 0) throws(CoAPError) {
        guard bytes.count == 4 || bytes.count == 16 else {
            throw CoAPError(.invalidArgument, "an IP address has 4 or 16 bytes, not \(bytes.count)")
        }
        self.bytes = bytes
        self.port = port
        self.scope = scope
    }

    /// True for IPv6.
    public var isIPv6: Bool { bytes.count == 16 }

    /// An address as the system hands it out; nil for other families.
    package init?(sockaddr pointer: UnsafeRawPointer, length: Int) {
        guard length >= MemoryLayout<sockaddr_in>.size else { return nil }
        switch Int32(pointer.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET:
            let address = pointer.loadUnaligned(as: sockaddr_in.self)
            bytes = withUnsafeBytes(of: address.sin_addr) { Array($0) }
            port = UInt16(bigEndian: address.sin_port)
            scope = 0
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            let address = pointer.loadUnaligned(as: sockaddr_in6.self)
            let all = withUnsafeBytes(of: address.sin6_addr) { Array($0) }
            // An IPv4 peer of a dual-stack socket is shown as what it is.
            let mapped = all[..<10].allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
            bytes = mapped ? Array(all[12...]) : all
            port = UInt16(bigEndian: address.sin6_port)
            scope = address.sin6_scope_id
        default: return nil
        }
    }

    init?(_ address: UnsafePointer<coap_address_t>?) {
        guard let address else { return nil }
        var storage = sockaddr_storage()
        let length = ccoap_address_get(address, &storage, MemoryLayout<sockaddr_storage>.size)
        self.init(sockaddr: &storage, length: length)
    }

    /// Calls the closure with the address as the system wants it.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result) rethrows -> Result {
        var storage = sockaddr_storage()
        let length: Int
        if isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_scope_id = scope
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes) }
            length = MemoryLayout<sockaddr_in6>.size
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in6.self) }
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: bytes) }
            length = MemoryLayout<sockaddr_in>.size
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in.self) }
        }
        return try withUnsafePointer(to: &storage) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body($0, socklen_t(length)) }
        }
    }

    /// A UDP socket connected to the address, the caller's to close; nil when the system knows no way.
    package func connectedSocket() -> Int32? {
        let descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        guard withSockaddr({ connect(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// A UDP socket bound to the address, the caller's to close, and the address with its port; nil when it is not free.
    package func boundSocket() -> (descriptor: Int32, address: SocketAddress)? {
        let descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        guard withSockaddr({ bind(descriptor, $0, $1) }) == 0,
            let bound = EndpointSocket.localAddress(of: descriptor)
        else {
            close(descriptor)
            return nil
        }
        return (descriptor, bound)
    }

    /// Sends a datagram from an unconnected socket to the address; one that is not sent is lost as on the way.
    package func send(_ bytes: [UInt8], from descriptor: Int32) {
        withSockaddr { _ = sendto(descriptor, bytes, bytes.count, 0, $0, $1) }
    }

    /// The address as libcoap wants it.
    var libcoapAddress: coap_address_t {
        var address = coap_address_t()
        withSockaddr { pointer, length in _ = ccoap_address_set(&address, pointer, Int(length)) }
        return address
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `192.0.2.1:5684`, `[2001:db8::1]:5684`.
    public var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The address alone, `2001:db8::1`; a link-local one with its zone.
    public var host: String {
        withSockaddr { pointer, length in
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            guard getnameinfo(pointer, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else {
                return "?"
            }
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
