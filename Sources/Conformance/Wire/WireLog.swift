// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What was seen on the wire, line by line. Belongs to one thread.
final class WireLog {
    private let start = MonotonicTime.now
    /// The most lines kept of one case: a server may send as much as it likes.
    private static let limit = 2_000
    private(set) var lines: [String] = []

    func note(_ text: String) {
        guard lines.count < Self.limit else { return }
        let milliseconds = Int(((MonotonicTime.now - start).inSeconds * 1000).rounded())
        let fraction = String(milliseconds % 1000)
        let padding = String(repeating: "0", count: 3 - fraction.count)
        lines.append("\(milliseconds / 1000).\(padding)\(fraction) \(text)")
    }

    func note(_ mark: String, _ message: Message, _ remark: String = "") {
        note("\(mark) \(Self.text(of: message))\(remark.isEmpty ? "" : " (\(remark))")")
    }

    /// `CON 0.01 mid=4711 token=beef /test Accept: 0 (12 bytes)`.
    static func text(of message: Message) -> String {
        var text = "\(message.type) \(message.code.dotted)"
        if message.code.isRequest, let method = Method(rawValue: message.code.rawValue) { text += " \(method)" }
        text += " mid=\(message.messageID)"
        if message.code != .empty { text += " token=\(message.token)" }
        if message.code.isRequest {
            text += " " + PrintableText.escaped(("/" + message.options.uriPath.joined(separator: "/")).utf8)
            let query = message.options.uriQuery.joined(separator: "&")
            if !query.isEmpty { text += "?" + PrintableText.escaped(query.utf8) }
        }
        for option in message.options where option.number != .uriPath && option.number != .uriQuery {
            if option.number == .block1 || option.number == .block2,
                let block = option.uint.flatMap(BlockOption.init(rawValue:))
            {
                text += " \(option.number): \(block)"
            } else {
                text += " \(option)"
            }
        }
        return message.payload.isEmpty ? text : text + " (\(message.payload.count) bytes)"
    }
}
