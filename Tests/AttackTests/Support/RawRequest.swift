// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A request as an attacker writes it: each segment of the path is what it is, bytes included.
struct RawRequest {
    var message: Message

    /// A request for a path of segments.
    init(
        _ method: CoAP.Method, _ path: String..., id: UInt16 = .random(in: 0...UInt16.max), token: Token = .random(),
        type: MessageType = .confirmable, payload: [UInt8] = []
    ) {
        message = Message(type, method.code, messageID: id, token: token, payload: payload)
        message.options.uriPath = path
    }

    var bytes: [UInt8] { message.bytes }
}
