// SPDX-License-Identifier: Apache-2.0

@testable import CoAP

/// A ClientHello of DTLS 1.2 written by hand.
struct HelloBytes {
    var random: [UInt8] = (0..<32).map { _ in UInt8.random(in: 0...255) }
    var sessionID: [UInt8] = []
    var cookie: [UInt8] = []
    var ciphers: [UInt8] = [0xC0, 0xA8, 0xC0, 0xAE]
    var extensions: [UInt8] = [0, 23, 0, 0]
    var sequence: UInt8 = 0
    var messageSequence: UInt8 = 0

    var bytes: [UInt8] {
        var body: [UInt8] = [0xFE, 0xFD] + random + [UInt8(sessionID.count)] + sessionID
        body += [UInt8(cookie.count)] + cookie + [0, UInt8(ciphers.count)] + ciphers + [1, 0]
        if !extensions.isEmpty { body += [0, UInt8(extensions.count)] + extensions }
        let length: [UInt8] = [0, UInt8(body.count >> 8), UInt8(body.count & 0xFF)]
        let message = [1] + length + [0, messageSequence, 0, 0, 0] + length + body
        return [22, 0xFE, 0xFF, 0, 0, 0, 0, 0, 0, 0, sequence, UInt8(message.count >> 8), UInt8(message.count & 0xFF)]
            + message
    }
}

extension Flow {
    /// A peer by the last two bytes of its IPv4 address.
    static func peer(_ number: Int, port: UInt16 = 5684) -> Flow {
        Flow(high: 0, low: 0xFFFF_0A00_0000 | UInt64(number), port: port, socket: 3)
    }
}

extension MonotonicTime {
    static func seconds(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: UInt64(seconds * 1_000_000_000))
    }
}
