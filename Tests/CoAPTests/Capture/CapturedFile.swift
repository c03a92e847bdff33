// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// What stands in a pcap file, read by its own rules.
struct CapturedFile {
    /// One datagram with its headers.
    struct Packet {
        var isIPv6: Bool
        var source: [UInt8]
        var destination: [UInt8]
        var sourcePort: UInt16
        var destinationPort: UInt16
        var payload: [UInt8]
        /// True when the checksums of IP and UDP are right.
        var isSound: Bool
        /// Seconds since 1970.
        var time: Double
    }

    var packets: [Packet] = []

    /// Reads a file; nil when it is no pcap of raw IP packets, or one of its packets is no datagram.
    init?(_ path: String) {
        guard let data = FileManager.default.contents(atPath: path), data.count >= 24 else { return nil }
        let bytes = Array(data)
        func word(_ offset: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) } }
        guard word(0) == 0xA1B2_C3D4, bytes[4...7] == [2, 0, 4, 0], word(20) == 101 else { return nil }
        var offset = 24
        while offset + 16 <= bytes.count {
            let length = word(offset + 8)
            guard word(offset + 12) == length, offset + 16 + length <= bytes.count,
                var packet = Packet(Array(bytes[(offset + 16)..<(offset + 16 + length)]))
            else { return nil }
            packet.time = Double(word(offset)) + Double(word(offset + 4)) / 1e6
            packets.append(packet)
            offset += 16 + length
        }
        guard offset == bytes.count else { return nil }
    }
}

extension CapturedFile.Packet {
    init?(_ bytes: [UInt8]) {
        func word(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1]) }
        func sum(_ bytes: [UInt8]) -> UInt32 {
            var sum: UInt32 = 0
            for (index, byte) in bytes.enumerated() {
                sum += index.isMultiple(of: 2) ? UInt32(byte) << 8 : UInt32(byte)
            }
            while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
            return sum
        }
        guard let first = bytes.first, [4, 6].contains(first >> 4) else { return nil }
        isIPv6 = first >> 4 == 6
        let header = isIPv6 ? 40 : 20
        guard bytes.count >= header + 8, bytes[isIPv6 ? 6 : 9] == 17 else { return nil }
        source = Array(isIPv6 ? bytes[8..<24] : bytes[12..<16])
        destination = Array(isIPv6 ? bytes[24..<40] : bytes[16..<20])
        sourcePort = word(header)
        destinationPort = word(header + 2)
        guard Int(word(header + 4)) == bytes.count - header,
            isIPv6 ? Int(word(4)) == bytes.count - header : Int(word(2)) == bytes.count
        else { return nil }
        payload = Array(bytes[(header + 8)...])
        let datagram = Array(bytes[header...])
        let pseudo = source + destination + [0, 17] + [UInt8(datagram.count >> 8), UInt8(datagram.count & 0xFF)]
        isSound =
            sum(pseudo + datagram) == 0xFFFF && word(header + 6) != 0
            && (isIPv6 || sum(Array(bytes[..<header])) == 0xFFFF)
        time = 0
    }
}
