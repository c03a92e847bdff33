// SPDX-License-Identifier: Apache-2.0

/// DTLS records as they stand in datagrams (RFC 6347 §4.1), made and read by hand.
enum Record {
    /// The types of records.
    static let changeCipherSpec: UInt8 = 20
    static let alert: UInt8 = 21
    static let handshake: UInt8 = 22
    static let application: UInt8 = 23

    /// A record of a type, epoch, sequence number and content.
    static func make(_ type: UInt8, epoch: UInt16 = 0, sequence: UInt64 = 0, _ content: [UInt8]) -> [UInt8] {
        [type, 0xFE, 0xFD, UInt8(epoch >> 8), UInt8(epoch & 0xFF)]
            + (0..<6).map { UInt8(truncatingIfNeeded: sequence >> (8 * (5 - $0))) }
            + [UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
    }

    /// The records of a datagram.
    static func all(in datagram: [UInt8]) -> [[UInt8]] {
        var records: [[UInt8]] = []
        var start = 0
        while start + 13 <= datagram.count {
            let end = start + 13 + Int(datagram[start + 11]) << 8 + Int(datagram[start + 12])
            guard end <= datagram.count else { break }
            records.append(Array(datagram[start..<end]))
            start = end
        }
        return records
    }

    /// True for a datagram of protected application data.
    static func isApplication(_ datagram: [UInt8]) -> Bool { datagram.count > 13 && datagram[0] == application }
}
