// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Text for a command line that a person copies from a message.
package enum ShellText {
    /// A path as one word of a POSIX shell.
    package static func quoted(_ path: String) -> String {
        let word = path.hasPrefix("-") ? "./\(path)" : path
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "/._-+,:@%=".utf8.contains(byte)
            }
        }
        if isPlain, !word.isEmpty { return word }
        let escaped = PrintableText.escaped(word.utf8)
        return "'" + escaped.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
