// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A confirmable request as it stands in a datagram (RFC 7252 §3), with a token of four bytes that count it.
struct WireRequest {
    private(set) var bytes: [UInt8]

    init(_ request: Request) {
        bytes = [0x44, request.method.rawValue, 0, 0, 0, 0, 0, 0]
        bytes += request.options.wireBytes
        if !request.payload.isEmpty { bytes += [0xFF] + request.payload }
    }

    /// Numbers the message; id and token follow from the number.
    mutating func number(_ number: UInt32) {
        bytes[2] = UInt8(truncatingIfNeeded: number >> 8)
        bytes[3] = UInt8(truncatingIfNeeded: number)
        for index in 0..<4 { bytes[4 + index] = UInt8(truncatingIfNeeded: number >> UInt32(24 - 8 * index)) }
    }

    /// The number of the block after the one a response carries; nil when it is the last, or the whole body.
    static func nextBlock(_ datagram: UnsafeRawBufferPointer) -> UInt32? {
        var cursor = 8
        var number = 0
        while cursor < datagram.count, datagram[cursor] != 0xFF {
            let head = Int(datagram[cursor])
            cursor += 1
            guard let delta = extended(head >> 4, datagram, &cursor),
                let length = extended(head & 0xF, datagram, &cursor)
            else { return nil }
            number += delta
            guard number <= 23, cursor + length <= datagram.count else { return nil }
            if number == 23 {
                let value = datagram[cursor..<(cursor + length)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                return value & 8 == 0 ? nil : (value >> 4) + 1
            }
            cursor += length
        }
        return nil
    }

    private static func extended(_ nibble: Int, _ bytes: UnsafeRawBufferPointer, _ cursor: inout Int) -> Int? {
        guard nibble > 12 else { return nibble }
        guard nibble < 15, cursor + nibble - 12 <= bytes.count else { return nil }
        defer { cursor += nibble - 12 }
        return nibble == 13 ? Int(bytes[cursor]) + 13 : (Int(bytes[cursor]) << 8 | Int(bytes[cursor + 1])) + 269
    }

    /// The number and code of a response to such a request; nil for anything else.
    static func response(_ datagram: UnsafeRawBufferPointer) -> (number: UInt32, code: Code)? {
        guard datagram.count >= 8, datagram[0] & 0xCF == 0x44 else { return nil }
        let code = Code(rawValue: datagram[1])
        guard code.isResponse else { return nil }
        return ((4..<8).reduce(UInt32(0)) { $0 << 8 | UInt32(datagram[$1]) }, code)
    }
}
