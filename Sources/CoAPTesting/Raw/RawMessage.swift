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
        bytes += token + options.wireBytes
        if !payload.isEmpty { bytes += [0xFF] + payload }
        return bytes
    }
}
