// SPDX-License-Identifier: Apache-2.0

/// An address of many hosts at once, and the interfaces it is used on (RFC 7252 §8).
public struct MulticastGroup: Hashable, Sendable {
    /// The group's address; its port is 0.
    public let address: SocketAddress

    /// The interface, `eth0`; nil for all that can multicast.
    public let interface: String?

    /// All CoAP nodes, IPv4: 224.0.1.187 (RFC 7252 §12.8).
    public static let allCoAPNodes = MulticastGroup(bytes: [224, 0, 1, 187])

    /// All CoAP nodes of the link, IPv6: ff02::fd (RFC 7252 §12.8).
    public static let allCoAPNodesOfLink = MulticastGroup(bytes: [0xFF, 2] + Array(repeating: 0, count: 13) + [0xFD])

    /// All CoAP nodes of the site, IPv6: ff05::fd (RFC 7252 §12.8).
    public static let allCoAPNodesOfSite = MulticastGroup(bytes: [0xFF, 5] + Array(repeating: 0, count: 13) + [0xFD])

    /// A group by its address, `224.0.1.187` or `ff02::fd`.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` for what is no multicast address.
    public init(_ address: String, interface: String? = nil) throws(CoAPError) {
        guard let literal = Resolver.literal(address), Self.isMulticast(literal.bytes) else {
            throw CoAPError(
                .invalidArgument,
                "'\(PrintableText.escaped(address.utf8))' is no address of many hosts: write 224.0.1.187, ff02::fd or "
                    + "ff05::fd")
        }
        self.address = try SocketAddress(bytes: literal.bytes, port: 0)
        self.interface = interface
    }

    /// The same group on one interface, `eth0`.
    public func on(interface: String) -> MulticastGroup { MulticastGroup(address: address, interface: interface) }

    private init(address: SocketAddress, interface: String?) {
        self.address = address
        self.interface = interface
    }

    private init(bytes: [UInt8]) {
        guard let address = try? SocketAddress(bytes: bytes, port: 0) else { preconditionFailure("4 or 16 bytes") }
        self.init(address: address, interface: nil)
    }

    private static func isMulticast(_ bytes: [UInt8]) -> Bool {
        bytes.count == 4 ? bytes[0] >> 4 == 0xE : bytes[0] == 0xFF
    }
}

extension MulticastGroup: CustomStringConvertible {
    /// `ff02::fd`, or `ff02::fd%eth0`.
    public var description: String { address.host + (interface.map { "%" + $0 } ?? "") }
}
