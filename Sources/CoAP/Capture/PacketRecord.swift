// SPDX-License-Identifier: Apache-2.0

/// Datagrams in the pcap format (draft-ietf-opsawg-pcap): each with the IP and UDP headers it most likely had, which a program
/// does not get to see.
enum PacketRecord {
    /// What a file begins with: microseconds, packets of up to 65,535 bytes that begin with their IP header (LINKTYPE_RAW, 101).
    static let fileHeader: [UInt8] =
        little(0xA1B2_C3D4 as UInt32) + little(2 as UInt16) + little(4 as UInt16) + little(0 as UInt32)
        + little(0 as UInt32)
        + little(65_535 as UInt32) + little(101 as UInt32)

    /// One datagram with its time since 1970. Both addresses count as IPv6 when one of them does, except for an unknown one.
    static func bytes(
        _ payload: [UInt8], from source: SocketAddress, to destination: SocketAddress, seconds: Int64,
        microseconds: Int64
    ) -> [UInt8] {
        let packet = packet(payload, from: source, to: destination)
        return little(UInt32(truncatingIfNeeded: seconds)) + little(UInt32(truncatingIfNeeded: microseconds))
            + little(UInt32(packet.count)) + little(UInt32(packet.count)) + packet
    }

    private static func packet(
        _ payload: [UInt8], from source: SocketAddress, to destination: SocketAddress
    ) -> [UInt8] {
        let payload = payload.prefix(65_535 - 40 - 8)
        let isIPv6 =
            [source, destination].contains { $0.isIPv6 && $0.bytes.contains { $0 != 0 } }
            || source.isIPv6 && destination.isIPv6
        let from = address(source, isIPv6: isIPv6)
        let to = address(destination, isIPv6: isIPv6)
        let length = UInt16(8 + payload.count)
        var datagram = big(source.port) + big(destination.port) + big(length) + [0, 0] + payload
        let sum = checksum(from + to + [0, 17] + big(length) + datagram)
        // Zero would say that there is none (RFC 768), which IPv6 does not allow.
        datagram.replaceSubrange(6..<8, with: big(sum == 0 ? 0xFFFF : sum))
        guard !isIPv6 else {
            // Version, traffic class and flow label; length; UDP; hop limit (RFC 8200 §3).
            return [0x60, 0, 0, 0] + big(length) + [17, 64] + from + to + datagram
        }
        // Version and header length; total length; don't fragment; time to live; UDP (RFC 791 §3.1).
        var header: [UInt8] = [0x45, 0] + big(20 + length) + [0, 0, 0x40, 0, 64, 17, 0, 0] + from + to
        header.replaceSubrange(10..<12, with: big(checksum(header)))
        return header + datagram
    }

    private static func address(_ address: SocketAddress, isIPv6: Bool) -> [UInt8] {
        switch (address.isIPv6, isIPv6) {
        case (true, true), (false, false): address.bytes
        case (false, true): [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + address.bytes
        case (true, false): [0, 0, 0, 0]
        }
    }

    /// The Internet's checksum (RFC 1071).
    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            sum += UInt32(bytes[index]) << 8 | (index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0)
        }
        while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
        return ~UInt16(truncatingIfNeeded: sum)
    }

    private static func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)] }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
