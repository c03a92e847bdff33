// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What libcoap's client printed about a request: the messages that went by, and the body.
struct LibcoapAnswer: Sendable, CustomStringConvertible {
    /// One message.
    struct Message: Hashable, Sendable {
        /// `CON`, `NON`, `ACK` or `RST`.
        var type: String
        /// `2.05`, or `GET`.
        var code: String
        /// The options as libcoap words them, `Content-Format:text/plain`.
        var options: String
        /// The body, when it is text.
        var text: String
    }

    /// Every message in the order it went by, the request first.
    var messages: [Message]
    /// How the program ended.
    var result: PeerResult

    /// The last message that answers.
    var response: Message? { messages.last { $0.code.first.map { "245".contains($0) } == true } }
    /// The response's code.
    var code: String? { response?.code }
    /// The response's body.
    var text: String? { response?.text }

    /// For a failed expectation.
    var description: String { result.transcript }

    /// Reads what the client printed at verbosity 7.
    init(_ result: PeerResult) {
        self.result = result
        let pattern = /v:1 t:(\w+) c:([\w.]+) i:\w+ \{\w*\} \[(.*?)\](?: :: '(.*)')?/
        messages = result.output.split(separator: "\n").compactMap { line in
            guard let match = line.firstMatch(of: pattern) else { return nil }
            return Message(
                type: String(match.1), code: String(match.2), options: match.3.trimmingCharacters(in: .whitespaces),
                text: String(match.4 ?? ""))
        }
    }
}
