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

    /// The number and code of a response to such a request; nil for anything else.
    static func response(_ datagram: UnsafeRawBufferPointer) -> (number: UInt32, code: Code)? {
        guard datagram.count >= 8, datagram[0] & 0xCF == 0x44 else { return nil }
        let code = Code(rawValue: datagram[1])
        guard code.isResponse else { return nil }
        return ((4..<8).reduce(UInt32(0)) { $0 << 8 | UInt32(datagram[$1]) }, code)
    }
}
