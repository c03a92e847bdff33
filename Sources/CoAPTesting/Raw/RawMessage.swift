// SPDX-License-Identifier: Apache-2.0

package import CoAP

/// A message written by hand (RFC 7252 §3).
package struct RawMessage {
    package var type: MessageType
    package var code: Code
    package var messageID: UInt16
    package var token: [UInt8] = []
    package var options = Options()
    package var payload: [UInt8] = []

    package init(
        type: MessageType, code: Code, messageID: UInt16, token: [UInt8] = [], options: Options = Options(),
        payload: [UInt8] = []
    ) {
        self.type = type
        self.code = code
        self.messageID = messageID
        self.token = token
        self.options = options
        self.payload = payload
    }

    /// The message as a datagram.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = [
            0x40 | type.rawValue << 4 | UInt8(token.count), code.rawValue, UInt8(messageID >> 8),
            UInt8(messageID & 0xFF),
        ]
        bytes += token
        var previous = 0
        for option in options {
            let delta = Int(option.number.rawValue) - previous
            previous = Int(option.number.rawValue)
            let (deltaNibble, deltaRest) = Self.extended(delta)
            let (lengthNibble, lengthRest) = Self.extended(option.value.count)
            bytes.append(deltaNibble << 4 | lengthNibble)
            bytes += deltaRest + lengthRest + option.value
        }
        if !payload.isEmpty { bytes += [0xFF] + payload }
        return bytes
    }

    private static func extended(_ number: Int) -> (UInt8, [UInt8]) {
        switch number {
        case ..<13: (UInt8(number), [])
        case ..<269: (13, [UInt8(number - 13)])
        default: (14, [UInt8((number - 269) >> 8), UInt8((number - 269) & 0xFF)])
        }
    }
}
