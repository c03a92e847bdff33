// SPDX-License-Identifier: Apache-2.0

package import CoAPCore

extension Message {
    /// A message written by hand; of a token that is too long the first eight bytes.
    package init(
        type: MessageType, code: Code, messageID: UInt16, token: [UInt8] = [], options: Options = Options(),
        payload: [UInt8] = []
    ) {
        self.init(
            type, code, messageID: messageID, token: Token(token.prefix(8)) ?? .empty, options: options,
            payload: payload)
    }
}
