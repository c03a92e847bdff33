// SPDX-License-Identifier: Apache-2.0

package import CoAP

/// The fixed part of a received message.
package struct RawHeader {
    package let type: MessageType
    package let code: Code
    package let messageID: UInt16
    package let token: [UInt8]

    package init?(_ bytes: [UInt8]?) {
        guard let bytes, bytes.count >= 4, let type = MessageType(rawValue: bytes[0] >> 4 & 3) else { return nil }
        self.type = type
        code = Code(rawValue: bytes[1])
        messageID = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
        token = Array(bytes.dropFirst(4).prefix(Int(bytes[0] & 0xF)))
    }
}
