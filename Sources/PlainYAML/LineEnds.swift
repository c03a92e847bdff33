// SPDX-License-Identifier: Apache-2.0

/// Looks for what ends a line for a parser of YAML and not in most editors: what stands behind it would look like a comment.
package enum LineEnds {
    /// The first line with such an end, and what to do; nil for none.
    package static func refusal(of text: [UInt8]) -> (line: Int, reason: String)? {
        var line = 1
        for (index, byte) in text.enumerated() {
            let rest = text[index...].dropFirst()
            switch byte {
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: "\r") where rest.first != UInt8(ascii: "\n"): return (line, reason("U+000D"))
            case 0xC2 where rest.first == 0x85: return (line, reason("U+0085"))
            case 0xE2 where rest.starts(with: [0x80, 0xA8]): return (line, reason("U+2028"))
            case 0xE2 where rest.starts(with: [0x80, 0xA9]): return (line, reason("U+2029"))
            case 0xEF where rest.starts(with: [0xBB, 0xBF]):
                return (line, "here is a byte order mark (U+FEFF); save the file as UTF-8 without it")
            default: break
            }
        }
        return nil
    }

    private static func reason(_ character: String) -> String {
        "the character \(character) ends a line for YAML and not in every editor; end lines with a line feed"
    }
}
