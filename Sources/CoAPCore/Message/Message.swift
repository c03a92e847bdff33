// SPDX-License-Identifier: Apache-2.0

/// A CoAP message as it stands in a datagram (RFC 7252 §3).
///
/// Servers and clients leave this to libcoap; here it is for what sees the wire itself.
package struct Message: Hashable, Sendable {
    package var type: MessageType
    package var code: Code
    package var messageID: UInt16
    package var token: Token
    package var options: Options
    package var payload: [UInt8]

    /// A message of its parts.
    package init(
        _ type: MessageType, _ code: Code, messageID: UInt16, token: Token = .empty, options: Options = Options(),
        payload: [UInt8] = []
    ) {
        self.type = type
        self.code = code
        self.messageID = messageID
        self.token = token
        self.options = options
        self.payload = payload
    }

    /// The message as a datagram. The options' values must have at most 65,804 bytes each.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = [
            0x40 | type.rawValue << 4 | token.count, code.rawValue, UInt8(messageID >> 8),
            UInt8(truncatingIfNeeded: messageID),
        ]
        bytes += token.bytes
        bytes += options.wireBytes
        if !payload.isEmpty {
            bytes.append(0xFF)
            bytes += payload
        }
        return bytes
    }

    /// Reads a datagram; nil when it is no CoAP message: another version, a token of more than eight bytes, an option that
    /// goes beyond the end, a marker without a payload, an empty message that is more than its header (RFC 7252 §3, §4.1).
    package init?(_ datagram: [UInt8]) {
        guard datagram.count >= 4, datagram[0] >> 6 == 1, let type = MessageType(rawValue: datagram[0] >> 4 & 3) else {
            return nil
        }
        let tokenLength = Int(datagram[0] & 0xF)
        guard tokenLength <= 8, datagram.count >= 4 + tokenLength,
            let token = Token(datagram[4..<(4 + tokenLength)])
        else { return nil }
        self.type = type
        code = Code(rawValue: datagram[1])
        messageID = UInt16(datagram[2]) << 8 | UInt16(datagram[3])
        self.token = token
        if code == .empty, datagram.count > 4 { return nil }
        var cursor = 4 + tokenLength
        var number = 0
        var storage: [UInt8] = []
        while cursor < datagram.count, datagram[cursor] != 0xFF {
            let head = datagram[cursor]
            cursor += 1
            guard let delta = Self.extended(head >> 4, datagram, &cursor),
                let length = Self.extended(head & 0xF, datagram, &cursor),
                number + delta <= 0xFFFF, cursor + length <= datagram.count
            else { return nil }
            number += delta
            storage += [
                UInt8(number >> 8), UInt8(number & 0xFF), UInt8(truncatingIfNeeded: length >> 8),
                UInt8(truncatingIfNeeded: length),
            ]
            storage += datagram[cursor..<(cursor + length)]
            cursor += length
        }
        options = Options(storage: storage)
        guard cursor < datagram.count else {
            payload = []
            return
        }
        payload = Array(datagram[(cursor + 1)...])
        if payload.isEmpty { return nil }
    }

    /// A delta or length: the nibble itself, or what goes on in the next one or two bytes; nil for the reserved 15, beyond the
    /// end, and above what a value can have.
    private static func extended(_ nibble: UInt8, _ bytes: [UInt8], _ cursor: inout Int) -> Int? {
        switch nibble {
        case 13:
            guard cursor < bytes.count else { return nil }
            cursor += 1
            return Int(bytes[cursor - 1]) + 13
        case 14:
            guard cursor + 1 < bytes.count else { return nil }
            cursor += 2
            let number = (Int(bytes[cursor - 2]) << 8 | Int(bytes[cursor - 1])) + 269
            return number <= 0xFFFF ? number : nil
        case 15: return nil
        default: return Int(nibble)
        }
    }
}
